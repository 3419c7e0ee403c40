import Testing

/// Scenarios with real programs, TAPs and traffic; one after the other.
@Suite(.serialized) enum SystemTests {}
