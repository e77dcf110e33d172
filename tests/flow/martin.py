"""The bakery Martin: a flow of every common node, and the world around it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import yaml

from controller.flow.world import World

SCHEDULE = yaml.safe_load("""
name: office
hours: {mon-fri: ["08:30-12:30", "14:00-18:00"], sat: ["09:00-12:00"]}
holidays: FR
exceptions: [{date: 2026-12-24, hours: ["09:00-12:00"]}, {date: 2026-12-26, closed: true}]
""")

LIST = yaml.safe_load(r"""
name: unwanted
kind: black
entries: [{number: "+33899*"}, {anonymous: true}, {country: "XX"}, {regex: "^\\+447"}]
action: {reject: CALL_REJECTED}
""")

PROMPTS = yaml.safe_load("""
- name: welcome
  text: {fr: "Boulangerie Martin, bonjour.", en: "Martin bakery, good morning."}
- name: logo
  file: sounds/logo.wav
""")

RECEPTION = yaml.safe_load("""
name: reception
start: opening
nodes:
  opening: {kind: hours, schedule: office, exits: {open: filter, closed: night, holiday: night}}
  filter:  {kind: check_list, list: unwanted, exits: {listed: goodbye, not_listed: choose}}
  choose:
    kind: menu
    prompt: {prompt: welcome}
    again: {text: {fr: "Je n'ai pas compris.", en: "Sorry?"}}
    choices: {"1": shop, "2": orders}
    direct_dial: true
    tries: 3
    first_digit_timeout: 5.0
    exits: {"1": shop, "2": orders, extension: shop, no_input: shop, invalid: shop, too_many: goodbye}
  shop:
    kind: dial
    to: ["101", "102"]
    strategy: at_once
    ring: 25
    exits: {answered: end, busy: night, no_answer: night, failed: night}
  orders:
    kind: http
    url: "https://shop.example/orders?phone={{caller}}"
    save: {status: "$.status"}
    timeout: 3
    exits: {ok: tell, failed: shop, unknown: shop}
  tell:    {kind: say, text: {fr: "Votre commande est {{status}}."}, exits: {next: goodbye}}
  night:   {kind: say, text: {fr: "Nous sommes fermés."}, exits: {next: goodbye}}
  goodbye: {kind: hang_up}
  end:     {kind: hang_up}
tests:
  - name: a customer in the morning
    given: {caller: "+33611111111", called: "+33123456789", at: "2026-11-23T09:00"}
    script: [{press: "1"}, {answer: "101"}]
    expect: {path: [opening, filter, choose, shop, end]}
""")

WORLD = World(
    schedules={"office": SCHEDULE},
    lists={"unwanted": LIST},
    prompts={prompt["name"]: prompt for prompt in PROMPTS},
    extensions={"101", "102"},
    trunks={"carrier"},
    language="fr",
    country="FR",
    time_zone="Europe/Paris",
)


def reception(**changed: Any) -> dict[str, Any]:
    """The flow with some nodes changed: fields are merged into a node, None takes it away."""
    doc: dict[str, Any] = deepcopy(RECEPTION)
    for name, fields in changed.items():
        if fields is None:
            del doc["nodes"][name]
        else:
            doc["nodes"][name] = {**doc["nodes"].get(name, {}), **fields}
    return doc


def flow(start: str = "a", name: str = "main", **nodes: dict[str, Any]) -> dict[str, Any]:
    """A flow of the nodes given."""
    return {"name": name, "start": start, "nodes": nodes}
