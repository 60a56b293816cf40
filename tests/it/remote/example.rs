//! The example partner in Python.
