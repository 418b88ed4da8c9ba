"""All sentences, by rule: `RULE`, or `RULE/variant` where one rule has several; `RULE/brief` needs no inputs."""

from collections.abc import Mapping

from scoring.sentences import deadline, filing, grade, penalty, priority, progress, quota, warning
from scoring.sentences.variants import Variant, Words

_ALL = (grade, quota, penalty, deadline, filing, progress, priority, warning)
SENTENCES: Mapping[str, Words] = {rule: words for each in _ALL for rule, words in each.SENTENCES.items()}
VARIANTS: Mapping[str, Variant] = {rule: variant for each in _ALL for rule, variant in each.VARIANTS.items()}
