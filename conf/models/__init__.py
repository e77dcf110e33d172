"""The shared database: a file per noun."""

from conf.models.account import Account, LoginLink, RecoveryCode, WebSession
from conf.models.api_token import ApiToken, IdempotencyKey
from conf.models.audit_entry import AuditEntry
from conf.models.base import Base, Configuration, Document, Documented, MaybeOfSubscriber, OfSubscriber
from conf.models.blocked_address import BlockedAddress
from conf.models.call_event import CallEvent
from conf.models.call_record import CallRecord
from conf.models.campaign import Campaign, CampaignCall, CampaignContact, DoNotCall, PastCall
from conf.models.controller import Controller
from conf.models.counter import Counter, CounterHit
from conf.models.extension import Extension
from conf.models.fax import Fax, FaxAttempt, FaxBatch, FaxBox, FaxDocument, FaxList, FaxMemory
from conf.models.fax_contact import FaxContact
from conf.models.fax_draft import FaxDraft, FaxDraftFile
from conf.models.fax_mail import FaxMail
from conf.models.fax_settings import FaxCover, FaxProfile
from conf.models.flow import Flow, FlowDraft, FlowVersion
from conf.models.intent import Intent
from conf.models.job import Job
from conf.models.key import KeyGrant, SubscriberKey
from conf.models.login_failure import LoginFailure
from conf.models.message import Message
from conf.models.number import Number
from conf.models.number_list import ListEntry, NumberList
from conf.models.operator_setting import OperatorSetting
from conf.models.outbound_rule import OutboundRule
from conf.models.planned_publication import PlannedPublication
from conf.models.prompt import Prompt
from conf.models.prompter_rule import Checklist, PrompterRule
from conf.models.schedule import Schedule
from conf.models.subscriber import Subscriber
from conf.models.transcript import ShownHint, Transcript
from conf.models.trunk import Trunk
from conf.models.types import Content, Line, Moment, Sealed
from conf.models.user import User
from conf.models.webhook import Webhook, WebhookDelivery
from conf.models.wrap_up import WrapUp

__all__ = [
    "Account",
    "ApiToken",
    "AuditEntry",
    "Base",
    "BlockedAddress",
    "CallEvent",
    "CallRecord",
    "Campaign",
    "CampaignCall",
    "CampaignContact",
    "Checklist",
    "Configuration",
    "Content",
    "Controller",
    "Counter",
    "CounterHit",
    "Document",
    "DoNotCall",
    "Documented",
    "Extension",
    "Fax",
    "FaxAttempt",
    "FaxBatch",
    "FaxBox",
    "FaxContact",
    "FaxCover",
    "FaxDocument",
    "FaxDraft",
    "FaxDraftFile",
    "FaxList",
    "FaxMail",
    "FaxMemory",
    "FaxProfile",
    "Flow",
    "FlowDraft",
    "FlowVersion",
    "IdempotencyKey",
    "Intent",
    "Job",
    "KeyGrant",
    "Line",
    "ListEntry",
    "LoginFailure",
    "LoginLink",
    "MaybeOfSubscriber",
    "Message",
    "Moment",
    "Number",
    "NumberList",
    "OfSubscriber",
    "OperatorSetting",
    "OutboundRule",
    "PastCall",
    "PlannedPublication",
    "Prompt",
    "PrompterRule",
    "RecoveryCode",
    "Schedule",
    "Sealed",
    "ShownHint",
    "Subscriber",
    "SubscriberKey",
    "Transcript",
    "Trunk",
    "User",
    "WebSession",
    "Webhook",
    "WebhookDelivery",
    "WrapUp",
]
