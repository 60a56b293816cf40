//! Tower layers that know no domain: deadline, retry with a budget, breaker, bulkhead, quote failover.
