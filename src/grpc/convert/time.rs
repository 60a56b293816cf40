//! Points in time and days.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::proto::cashwrap::v1;
use crate::proto::google::r#type::Date as Day;

/// A point in time.
pub fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    let nanos = at.subsec_nanosecond();
    if nanos < 0 {
        // Protobuf counts nanoseconds forward, also before 1970.
        prost_types::Timestamp { seconds: at.as_second().saturating_sub(1), nanos: nanos + 1_000_000_000 }
    } else {
        prost_types::Timestamp { seconds: at.as_second(), nanos }
    }
}

/// When an id was made; ids of ours are UUIDs of version 7.
pub fn made(id: Uuid) -> Option<prost_types::Timestamp> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    let nanos = i32::try_from(nanos).ok()?;
    Some(prost_types::Timestamp { seconds: i64::try_from(seconds).ok()?, nanos })
}

/// The days that lie so many days after the day of `from`; `None` where neither is known.
pub fn days_after(from: Timestamp, earliest: Option<u16>, latest: Option<u16>) -> Option<v1::DateRange> {
    if earliest.is_none() && latest.is_none() {
        return None;
    }
    let begin = from.to_zoned(TimeZone::UTC).date();
    let day = |days: Option<u16>| {
        let span = jiff::Span::new().try_days(i64::from(days?)).ok()?;
        begin.checked_add(span).ok().map(date)
    };
    Some(v1::DateRange { earliest: day(earliest), latest: day(latest) })
}

fn date(date: Date) -> Day {
    Day { year: i32::from(date.year()), month: i32::from(date.month()), day: i32::from(date.day()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_the_end_of_a_month() {
        let from: Timestamp = "2026-02-27T23:00:00Z".parse().unwrap();
        let range = days_after(from, Some(1), Some(3)).unwrap();
        assert_eq!(range.earliest, Some(Day { year: 2026, month: 2, day: 28 }));
        assert_eq!(range.latest, Some(Day { year: 2026, month: 3, day: 2 }));
        assert_eq!(days_after(from, None, None), None);
    }

    #[test]
    fn nanoseconds_count_forward_before_1970_too() {
        let at: Timestamp = "1969-12-31T23:59:59.25Z".parse().unwrap();
        assert_eq!(timestamp(at), prost_types::Timestamp { seconds: -1, nanos: 250_000_000 });
    }

    #[test]
    fn an_id_tells_when_it_was_made() {
        let id: Uuid = "0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        assert_eq!(made(id).unwrap().seconds, 0x0198_c0de_0000_i64 / 1000);
        assert_eq!(made(Uuid::from_u128(7)), None);
    }
}
