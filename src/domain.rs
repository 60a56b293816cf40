//! What is decided, and nothing else: no IO, clock, randomness, runtime or protocol.
