"""Messages to people: written into an outbox with what caused them, sent by the worker, kept in an inbox."""
