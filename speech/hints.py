"""The prompter's rules (Souffleur): what is said and what happens in a call goes in, hint cards come out.

Pure: no clock, no I/O, no chance. `Rules.load` and `Checklists.load` make a subscriber's documents ready once (see
`conf.prompter.documents` for their form); a `Prompter` follows one call. The same inputs give the same cards, so a rule
can be replayed on past transcripts (`speech.replay`), and a prompter be made again after a crash from what was stored.

    rules, checklists = Rules.load(rule_docs), Checklists.load(checklist_docs)
    prompter = Prompter(rules, checklists, languages=("fr",), started=datetime.now(zone), facts={"called": "+33..."})
    prompter.event(Happened("answer", 0.0))
    for told in prompter.hear(Said("customer", "je veux etre remboursé", words, final=False, at=4.2)):
        ...  # Card, Tick or Withdrawn
    prompter.tick(4.5)  # a few times a second
"""

from speech.prompter.cards import compose
from speech.prompter.facts import Facts, fits
from speech.prompter.folding import fold, fold_text
from speech.prompter.heard import SIDES, Card, Happened, Said, Seen, Tick, Told, Why, Withdrawn, Word
from speech.prompter.progress import Standing, StepDone
from speech.prompter.prompter import Prompter
from speech.prompter.rules import Checklists, Rule, Rules, checklist_problems, etag, rule_problems

__all__ = [
    "SIDES",
    "Card",
    "Checklists",
    "Facts",
    "Happened",
    "Prompter",
    "Rule",
    "Rules",
    "Said",
    "Seen",
    "Standing",
    "StepDone",
    "Tick",
    "Told",
    "Why",
    "Withdrawn",
    "Word",
    "checklist_problems",
    "compose",
    "etag",
    "fits",
    "fold",
    "fold_text",
    "rule_problems",
]
