"""What the worker looks after for messages: the mail that is due."""

from inspect_app.core.rounds import Round
from inspect_app.messages import delivery

ROUNDS = (Round("messages.send", delivery.deliver),)
