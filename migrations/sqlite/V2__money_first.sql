-- What moves money is claimed before the lives of carts and checkouts, however many of these are due: each has an
-- index of its own, so that neither is looked for among the other.
CREATE INDEX timer_of_money_by_due ON timer (due_at)
    WHERE due_at IS NOT NULL AND kind NOT IN ('cart', 'checkout');
CREATE INDEX timer_of_lives_by_due ON timer (due_at)
    WHERE due_at IS NOT NULL AND kind IN ('cart', 'checkout');
DROP INDEX timer_by_due;
