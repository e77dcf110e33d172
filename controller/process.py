"""The controller process: every part made and handed to the others, started and stopped."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import gevent
from gevent.pywsgi import WSGIServer

from conf import outgoing
from conf.database import open_engine
from conf.secret_files import valid
from conf.settings import Settings
from conf.vault import Vault
from controller.calls import crossing, fax_watch, outside
from controller.calls.address import reached_at
from controller.calls.attendants.desk import Desk
from controller.calls.attendants.writing import Rows
from controller.calls.blocklist import Blocklist
from controller.calls.board import Board
from controller.calls.cache import Cache
from controller.calls.cdr_folder import CdrFolder
from controller.calls.configuration import Configuration
from controller.calls.control import Control
from controller.calls.directory import Directory, DirectoryUser
from controller.calls.doorkeeper import EVENTS, Doorkeeper, firewall_of, trusted_networks
from controller.calls.drain import Drain
from controller.calls.elsewhere import forbid, hang_up_strays
from controller.calls.fax_calls import FaxCalls
from controller.calls.fax_control import FaxControl
from controller.calls.fax_received import Received
from controller.calls.fax_watch import FaxWatch
from controller.calls.faxing import Faxes
from controller.calls.fleet import Fleet
from controller.calls.house import House
from controller.calls.journal import Journal
from controller.calls.lease import Lease, twin
from controller.calls.ledger import Ledger
from controller.calls.listening import Ears
from controller.calls.lookups import Lookups
from controller.calls.messaging import Messages
from controller.calls.monitor import Monitor
from controller.calls.offer import comes_late
from controller.calls.originate import Wish, connect
from controller.calls.ownership import Owner, new_instance
from controller.calls.peers import Peers
from controller.calls.prompter_control import PrompterControl
from controller.calls.pulse import Pulse
from controller.calls.recognition import Recognition
from controller.calls.sounds import Sounds
from controller.calls.spool import Spool
from controller.calls.standing import Fellows, probe
from controller.calls.sweep import Sweep
from controller.calls.switchboard import Switchboard, UnknownCall
from controller.calls.tap import Taps
from controller.calls.threads import Threads
from controller.calls.transcriber import Transcriber, by_process
from controller.calls.trial import Trial, place
from controller.calls.trunks import TrunkFiles
from controller.calls.writer import Writer
from controller.campaigns.dialler import Dialler
from controller.esl.link import Link
from controller.esl.server import Server
from controller.flow.problem import FlowError
from speech.client import Voice

log = logging.getLogger(__name__)
FAX_DOCUMENT = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Ports:
    """Where the controller listens once it has started (a port of 0 takes any free one)."""

    offer: int
    control: int
    directory: int


class Controller:
    """One controller: `start` returns when it takes calls; `stop` ends it and writes down what it knows."""

    def __init__(self, settings: Settings, allow_private: tuple[str, ...] = ()) -> None:
        self.settings = settings
        self.on_overtaken: Callable[[], object] = lambda: None  # another process has taken this one's name
        self.owner = Owner(settings.controller_id, new_instance())
        self.pulse = Pulse(lambda: self.switchboard.be_sure())
        self._pool = Threads(4)
        self._writing = Threads(1)
        self._engine = open_engine(settings.database_url, statement_timeout=10.0)
        self.voice = Voice(settings.sounds_dir / "spoken")
        received = Received(settings.fax_dir, Vault(settings.data_dir / "vault"), settings.web_secret)
        self.ledger = Ledger(self._engine, self._pool, received)
        cache = Cache(settings.data_dir / "cache", settings.database_url)
        self.configuration = Configuration(self._engine, self._pool, settings.prompts_dir, cache=cache)
        self._rows = Rows(self._engine, settings.control_secret)
        self.writer = Writer(
            self._rows.beside(self.ledger.write),
            Spool(settings.data_dir / "records", settings.controller_id),
            self._writing,
        )
        self.messages = Messages(settings.message_dir, self.writer.put)
        self.transcriber = Transcriber(
            self._engine,
            received.vault,
            settings.web_secret,
            settings.message_dir,
            settings.controller_id,
            by_process(settings.speech_socket),
            Threads(1),
            rewrites=settings.second_pass_model is not None,
        )
        self.journal = Journal(self.writer.put)
        self.taps = Taps(settings.tap_dir)
        self.recognition = Recognition(settings.speech_socket)
        ears = Ears(self.recognition, self.taps)
        self.desk = Desk(
            ears, self._engine, self.writer.put, settings.control_secret, time.time, self.configuration.subscriber
        )
        self.switchboard = Switchboard(self._house(allow_private))
        self.monitor = Monitor(self.switchboard, self.journal, settings.controller_id)
        self.fleet = Fleet(self._engine, Threads(1))  # calls that wait for the database do not hold up the lease
        self.peers = Peers(self.fleet.peers, settings.controller_id, settings.control_secret)
        self.lease = Lease(self.fleet, settings.controller_id, self.state, lambda: self.on_overtaken())
        freeswitch = f"{settings.esl_host}:{settings.esl_port}"
        fellows = Fellows(self.owner, freeswitch, self.fleet, self._probe, self.monitor.core)
        self.sweep = Sweep(self.owner, fellows, self.switchboard, lambda: self.link.connection)
        self.monitor.subscribe(self.sweep.hear_unbridge, "CHANNEL_UNBRIDGE")
        self.monitor.subscribe(self.sweep.hear_bridge, "CHANNEL_BRIDGE")
        self.doorkeeper = self._doorkeeper()
        self.monitor.subscribe(self.doorkeeper.hear, subclasses=EVENTS)
        self.monitor.on_reconciled(hang_up_strays)
        self.monitor.subscribe(self.desk.hear_hold, "CHANNEL_HOLD")
        self.monitor.subscribe(self.desk.hear_unhold, "CHANNEL_UNHOLD")
        self.monitor.subscribe(crossing.Crossing(lambda: self.link.connection).hear, subclasses=crossing.EVENTS)
        folder = settings.data_dir / "cdr"
        self.cdr = CdrFolder(folder, self.configuration, self.ledger, self._is_live, Threads(1))
        self.server = Server((settings.offer_host, settings.offer_port), self.switchboard.take, is_late=comes_late)
        self.campaigns = Dialler(
            settings.controller_id,
            self._engine,
            Threads(1),  # a slow database keeps campaigns waiting, and no call
            lambda: self.link.connection,
            self.configuration,
            self.journal.note,
            lambda: {peer.id for peer in self.fleet.peers() if peer.alive},
            ending=lambda: self._ending or self.drain.begun,
        )
        self.faxes = FaxCalls(
            settings.controller_id,
            self._engine,
            Threads(1),
            lambda: self.link.connection,
            self.configuration,
            self.journal.note,
            self.writer.put,
            settings.fax_dir,
        )
        watch = FaxWatch(
            settings.controller_id,
            self.switchboard.uuids,
            self._alive,
            self._subscriber_id,
            self.writer.put,
            lambda: self.link.connection,
            time.time,
        )
        self.monitor.subscribe(watch.hear, subclasses=fax_watch.EVENTS)
        self.drain = Drain(self.server, self.switchboard, fellows, self.lease.announce)
        self.link = Link(
            settings.esl_host,
            settings.esl_port,
            settings.esl_password,
            on_up=self.monitor.on_up,
            on_change=self.monitor.on_change,
            check=self.monitor.check,
            passwords=partial(valid, settings.esl_password),
        )
        self.control = WSGIServer((settings.control_host, settings.control_port), self._control(), log=None)
        secrets = (settings.esl_password, settings.directory_secret)
        self._trunk_files = TrunkFiles(settings.freeswitch_conf, *secrets, self._pool)
        self.directory = Directory(
            self._find_user,
            settings.directory_secret,
            refuses=self.doorkeeper.refuses,
            on_transfer=lambda question: forbid(question, lambda: self.link.connection),
        )
        self._directory_server: WSGIServer | None = None
        self._greenlets: list[gevent.Greenlet] = []
        self._since = time.time()
        self._ending = False

    def _reached_at(self, host: str, port: int) -> str:
        return reached_at(host, port, self.settings.esl_host)

    def twin(self) -> str:
        """Where another process under this controller's name takes calls; "" when none does."""
        return twin(self.fleet, self.settings.controller_id, self.owner.instance, self._probe)

    def _probe(self, url: str) -> str | None:
        return probe(url, self.settings.control_secret)

    def start(self) -> Ports:
        """Read the configuration, then listen."""
        # A thread that writes to the database would hold the interpreter for 5 ms while a caller waits.
        sys.setswitchinterval(0.0005)
        self.voice.start()
        self.taps.start()
        self.configuration.refresh()
        self._warm()
        self.server.start()
        # At once: calls that waited for us are told where they come back to.
        self.sweep.offers = self._reached_at(self.settings.offer_host, self.server.address[1])
        self.control.start()
        self._directory_server = self.directory.listen(self.settings.directory_host, self.settings.directory_port)
        ports = Ports(self.server.address[1], self.control.server_port, self._directory_server.server_port)
        url = f"http://{self._reached_at(self.settings.control_host, ports.control)}"
        freeswitch = f"{self.settings.esl_host}:{self.settings.esl_port}"
        for run, arguments in (
            (self.pulse.beat, ()),
            (self.writer.run, ()),
            (self.configuration.keep_fresh, ()),
            (self.cdr.keep, ()),
            (self.writer.keep_inheriting, (self._alive,)),
            (self._trunk_files.keep, (self.configuration.trunks, lambda: self.link.connection)),
            (self.lease.keep, (url, freeswitch)),
            (self.sweep.keep, ()),
            (self.doorkeeper.keep, ()),
            (self.taps.keep, ()),
            (self.recognition.keep, ()),
            (self.messages.keep, ()),
            (self.transcriber.keep, ()),
            (self.campaigns.keep, ()),
        ):
            self._greenlets.append(gevent.spawn(run, *arguments))
        self.link.start()
        log.info("the controller takes calls on %s:%d", self.settings.offer_host, ports.offer)
        return ports

    def stop(self) -> None:
        """Stop taking calls, and write what is queued. Calls live on: FreeSWITCH offers them to others."""
        self._ending = True
        self.link.stop()  # first: nobody need wait for a FreeSWITCH that is away
        self.server.stop(timeout=1)
        self.control.stop(timeout=1)
        if self._directory_server:
            self._directory_server.stop(timeout=1)
        self.lease.leave()
        self.desk.stop()
        self.writer.drain()
        gevent.killall(self._greenlets)
        self.voice.close()
        self.taps.stop()
        self._engine.dispose()

    def place(self, trial: Trial) -> str:
        """Place a trial call; ConnectionLost when FreeSWITCH is away, ValueError when nobody could dial so."""
        return place(self.link.connection, self.journal, self._whose(trial))

    def _warm(self) -> None:
        # The first call of a schedule would wait while a country's holidays are reckoned.
        for subscriber in self.configuration.all():
            try:
                self._lookups.warm(subscriber)
            except FlowError as error:
                log.warning("subscriber %s: %s", subscriber.slug, error)

    def _whose(self, trial: Trial) -> Trial:
        """A short number is dialled inside a subscriber: the one named, the caller's own, or the only one there is."""
        if trial.subscriber and not self.configuration.by_slug(trial.subscriber):
            raise ValueError(f"subscriber: there is none named {trial.subscriber}")
        if trial.subscriber or trial.dialled.startswith("+"):
            return trial
        owner = self.configuration.owner(trial.caller) or self.configuration.only()
        if owner is None:
            raise ValueError(f"subscriber: {trial.dialled} is a short number; say whose phone calls")
        return replace(trial, subscriber=owner.slug)

    def connect(self, wish: Wish) -> str:
        """Ring a user's phone and connect it; ConnectionLost: FreeSWITCH is away; ValueError: a wrong field."""
        subscriber = self.configuration.by_slug(wish.subscriber)
        if subscriber is None:
            raise ValueError(f"subscriber: there is none named {wish.subscriber!r}")
        return connect(self.link.connection, self.journal, subscriber, self.settings.domain, wish)

    def state(self) -> dict[str, Any]:
        """How this controller is, for the board and the health check."""
        return {
            "controller": self.settings.controller_id,
            "instance": self.owner.instance,
            "draining": self.drain.begun,
            "since": self._since,
            "calls": len(self.switchboard),
            "taken": self.switchboard.taken,
            "freeswitch": self.link.state == "up",
            "switch": {"state": self.link.state, "since": self.link.since, **self.monitor.told()},
            "database": self.configuration.reachable,
            "spooling": self.writer.away,
            "spool": round(self.writer.spooled, 4),
            "lost_records": self.writer.lost,
            "cdr": self.cdr.state(),
            "speech": self.recognition.there is True,
            "dropped_events": self.switchboard.dropped,
        }

    def _house(self, allow_private: tuple[str, ...]) -> House:
        def now(time_zone: str) -> datetime:
            return datetime.now(ZoneInfo(time_zone))

        def send(*arguments: Any, **options: Any) -> outgoing.Reply:
            allow = (*allow_private, *self.settings.outgoing_allow)
            return outgoing.fetch(*arguments, allow=allow, **options)

        self._lookups = Lookups(self.ledger, send, now, self.writer.keep, self.writer.put)
        return House(
            owner=self.owner,
            domain=self.settings.domain,
            configuration=self.configuration,
            lookups=self._lookups,
            sounds=Sounds(self._speak),
            journal=self.journal,
            put=self.writer.put,
            now=time.time,
            gone=lambda uuid: self.monitor.gone(uuid),
            gap_ended=self.pulse.gap_ended,
            leaving=lambda: self.drain.handing_over,
            ending=lambda: self._ending,
            address=lambda: self.sweep.offers,
            secret=self.settings.control_secret,
            messages=self.messages,
            faxes=Faxes(self.settings.fax_dir, self.writer.put, self._fax_document),
            desk=self.desk,
            ears=Ears(self.recognition, self.taps),
        )

    def _doorkeeper(self) -> Doorkeeper:
        blocklist = Blocklist(self._engine, Threads(1), self.settings.controller_id, time.time)
        own = (self.settings.sip_address, self.settings.public_address)
        return Doorkeeper(
            blocklist, lambda: trusted_networks(self.configuration.trunks(), own), firewall_of(self.settings)
        )

    def _find_user(self, domain: str, user: str) -> DirectoryUser | None:
        slug, _, rest = domain.partition(".")
        subscriber = self.configuration.by_slug(slug) if rest == self.settings.domain else None
        for one in subscriber.users if subscriber else ():
            if one["sip_user"] == user and one["sip_realm"] == domain:
                return DirectoryUser(slug, user, domain, one["sip_a1"], one["login"])
        return None

    def _alive(self) -> set[str]:
        return {peer.id for peer in self.fleet.peers() if peer.alive}

    def _is_live(self, call: str) -> bool:
        try:
            return self.switchboard.find(call, None) is not None
        except UnknownCall:
            return False

    def _subscriber_id(self, slug: str) -> int | None:
        found = self.configuration.by_slug(slug)
        return found.subscriber_id if found else None

    def _fax_document(self, subscriber: int, name: str) -> Path | None:
        """A document that flows send on demand: a TIFF among the subscriber's prompts, by its name."""
        if not FAX_DOCUMENT.fullmatch(name):
            return None
        file = self.settings.prompts_dir / str(subscriber) / "fax" / f"{name}.tif"
        return file if file.is_file() else None

    def _speak(self, text: str, language: str) -> Path:
        return self.voice.speak(text, language, 16000)

    def _control(self) -> Control:
        def subscriber_id(slug: str) -> int | None:
            found = self.configuration.by_slug(slug)
            return found.subscriber_id if found else None

        return Control(
            self.settings.control_secret,
            self.switchboard,
            self.journal,
            self.place,
            self.connect,
            self.state,
            subscriber_id,
            Board(self.settings.controller_id, self.state, self.switchboard.states, self.peers),
            self.peers,
            self.owner.instance,
            self.doorkeeper,
            lambda call, subscriber: outside.end(self.link.connection, call, subscriber),
            FaxControl(self.faxes),
            PrompterControl(self.desk, subscriber_id),
        )
