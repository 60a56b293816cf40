//! How a flow is laid out: data for the storefront to draw by, never markup.

use std::collections::BTreeSet;

use super::names::LabelKey;
use super::shopper::word_enum;

word_enum!(
    /// The shape of the checkout.
    Layout {
        /// All steps on one page.
        OnePage = "one_page",
        /// The steps over three pages.
        ThreePages = "three_pages",
        /// One press: what is known is filled in, and the rest is asked on one sheet.
        Express = "express",
        /// Inside another page.
        Embedded = "embedded",
        /// The storefront's own.
        Custom = "custom",
    }
);

impl Layout {
    /// Whether the shopper walks from step to step. Elsewhere all steps are open at once, and the one bold
    /// button is the last one from the start.
    pub const fn walks(self) -> bool {
        match self {
            Self::ThreePages | Self::Custom => true,
            Self::OnePage | Self::Express | Self::Embedded => false,
        }
    }
}

word_enum!(
    /// What of the storefront's frame leads away from the checkout and is better not drawn in it.
    Suppressed {
        /// The small cart.
        MiniCart = "mini_cart",
        /// The search field.
        Search = "search",
        /// The navigation.
        Navigation = "navigation",
    }
);

/// How a flow is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// The shape.
    pub layout: Layout,
    /// What not to draw around it.
    pub suppress: BTreeSet<Suppressed>,
    /// The text of the last bold button, where the storefront shall not take its own.
    pub primary_action_label: Option<LabelKey>,
}
