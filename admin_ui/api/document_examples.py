"""Examples of documents, for the description of the API."""

from __future__ import annotations

from typing import Any

TITLES = {
    "users": ("a user", "the users"),
    "extensions": ("a short number that no user has", "the short numbers that no user has"),
    "numbers": ("a number", "the numbers"),
    "schedules": ("a schedule", "the schedules"),
    "lists": ("a list", "the lists"),
    "prompts": ("a prompt", "the prompts"),
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "users": {
        "login": "zoe@martin.example",
        "name": "Zoé Petit",
        "role": "agent",
        "language": "fr",
        "extension": "103",
        "forward": {"no_answer": {"to": "voicemail", "after": 20}},
    },
    "extensions": {"extension": "1002", "flow": "reception"},
    "numbers": {"number": "+33123456781", "flow": "reception", "mode": "voice"},
    "schedules": {
        "name": "summer",
        "hours": {"mon-fri": ["09:00-12:30"]},
        "holidays": "FR",
        "exceptions": [{"date": "2026-08-14", "closed": True}],
    },
    "lists": {
        "name": "nuisance",
        "kind": "black",
        "entries": [{"number": "+33899*"}, {"anonymous": True}],
        "action": {"reject": "CALL_REJECTED"},
    },
    "prompts": {"name": "summer", "text": {"fr": "Nous sommes en vacances.", "en": "We are on holiday."}},
    "subscriber": {
        "name": "Boulangerie Martin",
        "slug": "martin",
        "language": "fr",
        "time_zone": "Europe/Paris",
        "country": "FR",
        "emergency": ["15", "17", "18", "112"],
        "fallback": "101",
    },
}
