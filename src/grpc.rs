//! The gRPC door: tonic lives here and nowhere else.
