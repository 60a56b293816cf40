//! What a gateway tells by itself, while the buyer, the shop and the gateway are all about the same payment.
//!
//! What went wrong elsewhere: the return from the bank and the webhook each completed the checkout, and there were two
//! orders; each of them charged the card; the handler of the webhook crashed, the event was lost with it, and the buyer
//! had paid for nothing; or it had crashed half way, and the event that was sent again was taken for done. What must
//! happen here: both lead to a look, the one driver decides, an event is taken only with what it leads to, and what was
//! not taken is sent again and finds everything as it was.

use std::time::Duration;

use cashwrap::app::Heard;
use cashwrap::domain::checkout::CheckoutState;
use cashwrap::domain::payment::{Hint, OperationKind};
use futures::future::{join, join3};
use tokio::time::timeout;

use super::scene::{Scene, done};
use crate::placing::fuse::Fuse;
use crate::placing::till::Weather;
use crate::webhooks::hearing::{event, hear};

#[tokio::test(start_paused = true)]
async fn a_completion_that_races_webhooks_is_one_order_and_one_charge() {
    for (lag_ms, hint) in [(0, Hint::Held), (5, Hint::Held), (40, Hint::Taken), (120, Hint::Gone)] {
        let scene = Scene::new().await;
        let sale = scene.sale(&[("mug", 1)]).await;
        let payment = scene.awaiting(&sale).await;
        for fuse in &scene.fuses {
            fuse.read_lag(Duration::from_millis(lag_ms));
        }
        scene.world.primary.customer_acts(true);
        let (one, two) = (event("evt_1", payment.id, hint), event("evt_2", payment.id, Hint::Held));
        let (returned, _, _) =
            join3(scene.returns(&sale, &payment), hear(&scene.houses[1], &one), hear(&scene.houses[0], &two))
                .await;
        assert!(returned.unwrap().starts_with("order "), "{lag_ms}");
        done(&scene, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_confirm_and_a_webhook_that_both_process_a_payment_charge_it_once() {
    for weather in [None, Some(Weather::TimeoutAfter), Some(Weather::FiveAfter)] {
        let scene = Scene::new().await;
        let sale = scene.sale(&[("mug", 1)]).await;
        if let Some(weather) = weather {
            scene.world.primary.next(OperationKind::Confirm, weather);
        }
        let place = sale.with("tok");
        let tells = async {
            // The confirm is out; then it is unknown, and its rounds go on.
            for (number, pause_ms) in [100, 20, 50_000, 1_000].into_iter().enumerate() {
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                let payment = crate::placing::world::only_payment(&scene.world).await;
                let _heard =
                    hear(&scene.houses[1], &event(&format!("evt_{number}"), payment, Hint::Held)).await;
            }
        };
        let (_, ()) = join(scene.place(&place), tells).await;
        done(&scene, 1).await;
        assert_eq!(scene.session(&sale).await.state, CheckoutState::Completed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_webhook_whose_handler_crashes_is_sent_again_and_loses_nothing() {
    for step in 1..=2 {
        let scene = Scene::new().await;
        let sale = scene.sale(&[("mug", 1)]).await;
        let payment = scene.awaiting(&sale).await;
        scene.world.primary.customer_acts(true);
        let dying = scene.world.process(&Fuse::at(step));
        let notice = event("evt_1", payment.id, Hint::Held);
        let account = "primary".parse().unwrap();
        assert!(timeout(Duration::from_secs(30), dying.hear(&account, &notice)).await.is_err());
        let again = hear(scene.house(), &notice).await;
        assert_eq!(again, if step == 1 { Heard::Looking } else { Heard::Repeated });
        done(&scene, 1).await;
        assert_eq!(scene.session(&sale).await.state, CheckoutState::Completed);
    }
}
