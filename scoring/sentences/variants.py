"""The shapes of the sentences: two languages, and a function that tells which of several a step asks for."""

from collections.abc import Callable, Mapping

Words = Mapping[str, str]
Variant = Callable[[Mapping[str, object], object], str]
