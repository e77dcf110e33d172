"""The first tables

Revision: 0001
Follows: None
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

# PostgreSQL refuses rows of another subscriber itself, whoever owns the tables. "*" is the operator.
OF_SUBSCRIBER = (
    "call_event", "call_record", "counter", "counter_hit", "extension", "flow", "flow_version", "intent", "job",
    "key_grant", "list_entry", "number", "number_list", "prompt", "schedule", "subscriber_key", "user",
)
POLICY = """CREATE POLICY one_subscriber ON "{table}" USING (
    current_setting('souffleur.subscriber', true) = '*'
    OR {column}::text = current_setting('souffleur.subscriber', true))"""


def _confine(table: str, column: str) -> None:
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(POLICY.format(table=table, column=column))


def upgrade() -> None:
    op.create_table('controller',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('url', sa.String(length=255), nullable=False),
    sa.Column('freeswitch', sa.String(length=255), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_controller'))
    )
    op.create_table('subscriber',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('slug', sa.String(length=63), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('time_zone', sa.String(length=64), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('emergency', sa.JSON(), nullable=False),
    sa.Column('fallback', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscriber')),
    sa.UniqueConstraint('slug', name=op.f('uq_subscriber_slug')),
    sqlite_autoincrement=True
    )
    op.create_table('trunk',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('password', sa.String(length=200), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trunk')),
    sa.UniqueConstraint('name', name=op.f('uq_trunk_name'))
    )
    op.create_table('call_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('call', sa.String(64), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(32), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_call_event_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_event')),
    sa.UniqueConstraint('call', 'sequence', name=op.f('uq_call_event_call_sequence'))
    )
    with op.batch_alter_table('call_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_call_event_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('call_record',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('call', sa.String(64), nullable=False),
    sa.Column('direction', sa.String(16), nullable=False),
    sa.Column('caller', sa.String(255), nullable=False),
    sa.Column('caller_name', sa.String(255), nullable=False),
    sa.Column('called', sa.String(255), nullable=False),
    sa.Column('presented', sa.String(255), nullable=False),
    sa.Column('number', sa.String(32), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ringing_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('wait', sa.Double(), nullable=False),
    sa.Column('talk', sa.Double(), nullable=False),
    sa.Column('hold', sa.Double(), nullable=False),
    sa.Column('billed', sa.Double(), nullable=False),
    sa.Column('disposition', sa.String(32), nullable=False),
    sa.Column('cause', sa.String(64), nullable=False),
    sa.Column('q850', sa.Integer(), nullable=True),
    sa.Column('sip_code', sa.Integer(), nullable=True),
    sa.Column('hung_up_by', sa.String(64), nullable=False),
    sa.Column('flow', sa.String(64), nullable=False),
    sa.Column('flow_version', sa.Integer(), nullable=True),
    sa.Column('path', sa.JSON(), nullable=False),
    sa.Column('queue', sa.String(64), nullable=False),
    sa.Column('agent', sa.String(254), nullable=False),
    sa.Column('recording', sa.String(64), nullable=False),
    sa.Column('consent', sa.String(32), nullable=False),
    sa.Column('codec', sa.String(32), nullable=False),
    sa.Column('mos', sa.Double(), nullable=True),
    sa.Column('trunk', sa.String(64), nullable=False),
    sa.Column('cost', sa.Numeric(precision=12, scale=4), nullable=True),
    sa.Column('currency', sa.String(3), nullable=False),
    sa.Column('fax', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('controller', sa.String(64), nullable=False),
    sa.Column('problem', sa.String(500), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_call_record_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_record')),
    sa.UniqueConstraint('call', name=op.f('uq_call_record_call'))
    )
    with op.batch_alter_table('call_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_call_record_subscriber_id'), ['subscriber_id'], unique=False)
        batch_op.create_index('ix_call_record_subscriber_started', ['subscriber_id', 'started_at'], unique=False)

    op.create_table('counter',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(200), nullable=False),
    sa.Column('period', sa.String(length=16), nullable=False),
    sa.Column('value', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_counter_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counter')),
    sa.UniqueConstraint('subscriber_id', 'id', name=op.f('uq_counter_subscriber_id_id')),
    sa.UniqueConstraint('subscriber_id', 'name', 'period', name=op.f('uq_counter_subscriber_id_name_period'))
    )
    with op.batch_alter_table('counter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_counter_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('flow',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('published', sa.Integer(), nullable=True),
    sa.Column('draft', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('draft_revision', sa.Integer(), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_flow_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flow')),
    sa.UniqueConstraint('subscriber_id', 'id', name=op.f('uq_flow_subscriber_id_id')),
    sa.UniqueConstraint('subscriber_id', 'name', name=op.f('uq_flow_subscriber_id_name'))
    )
    with op.batch_alter_table('flow', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_flow_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('intent',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('call', sa.String(64), nullable=False),
    sa.Column('command', sa.String(64), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('outcome', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_intent_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intent')),
    sa.UniqueConstraint('call', 'command', name=op.f('uq_intent_call_command'))
    )
    with op.batch_alter_table('intent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_intent_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('job',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('queue', sa.String(length=32), nullable=False),
    sa.Column('key', sa.String(length=128), nullable=True),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('worker', sa.String(length=64), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_job_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('key', name=op.f('uq_job_key'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_due', ['queue', 'state', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('number',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=16), nullable=False),
    sa.Column('flow', sa.String(length=64), nullable=False),
    sa.Column('mode', sa.String(length=8), nullable=False),
    sa.Column('fallback', sa.String(length=32), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_number_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_number')),
    sa.UniqueConstraint('number', name=op.f('uq_number_number'))
    )
    with op.batch_alter_table('number', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_number_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('number_list',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_number_list_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_number_list')),
    sa.UniqueConstraint('subscriber_id', 'id', name=op.f('uq_number_list_subscriber_id_id')),
    sa.UniqueConstraint('subscriber_id', 'name', name=op.f('uq_number_list_subscriber_id_name'))
    )
    with op.batch_alter_table('number_list', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_number_list_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('prompt',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('sound', sa.String(length=200), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_prompt_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prompt')),
    sa.UniqueConstraint('subscriber_id', 'name', name=op.f('uq_prompt_subscriber_id_name'))
    )
    with op.batch_alter_table('prompt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_prompt_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('schedule',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_schedule_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schedule')),
    sa.UniqueConstraint('subscriber_id', 'name', name=op.f('uq_schedule_subscriber_id_name'))
    )
    with op.batch_alter_table('schedule', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_schedule_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('subscriber_key',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('public', sa.LargeBinary(), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.Column('derivation', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_subscriber_key_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscriber_key')),
    sa.UniqueConstraint('subscriber_id', 'generation', name=op.f('uq_subscriber_key_subscriber_id_generation')),
    sa.UniqueConstraint('subscriber_id', 'id', name=op.f('uq_subscriber_key_subscriber_id_id'))
    )
    with op.batch_alter_table('subscriber_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_subscriber_key_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('user',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('login', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=32), nullable=False),
    sa.Column('sip_user', sa.String(length=32), nullable=False),
    sa.Column('sip_realm', sa.String(length=255), nullable=False),
    sa.Column('sip_a1', sa.String(length=32), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_user_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
    sa.UniqueConstraint('subscriber_id', 'id', name=op.f('uq_user_subscriber_id_id')),
    sa.UniqueConstraint('subscriber_id', 'login', name=op.f('uq_user_subscriber_id_login'))
    )
    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_user_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('counter_hit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('counter_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('call', sa.String(64), nullable=False),
    sa.Column('command', sa.String(64), nullable=False),
    sa.Column('value', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'counter_id'], ['counter.subscriber_id', 'counter.id'], name=op.f('fk_counter_hit_subscriber_id_counter_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_counter_hit_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counter_hit')),
    sa.UniqueConstraint('call', 'command', name=op.f('uq_counter_hit_call_command'))
    )
    with op.batch_alter_table('counter_hit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_counter_hit_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('extension',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=16), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('target', sa.String(length=254), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'user_id'], ['user.subscriber_id', 'user.id'], name=op.f('fk_extension_subscriber_id_user_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_extension_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_extension')),
    sa.UniqueConstraint('subscriber_id', 'number', name=op.f('uq_extension_subscriber_id_number'))
    )
    with op.batch_alter_table('extension', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_extension_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('flow_version',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('flow_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('pins', sa.JSON(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('author', sa.String(length=254), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'flow_id'], ['flow.subscriber_id', 'flow.id'], name=op.f('fk_flow_version_subscriber_id_flow_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_flow_version_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flow_version')),
    sa.UniqueConstraint('flow_id', 'version', name=op.f('uq_flow_version_flow_id_version'))
    )
    with op.batch_alter_table('flow_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_flow_version_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('key_grant',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purpose', sa.String(length=16), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.Column('granted_by', sa.String(length=254), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'key_id'], ['subscriber_key.subscriber_id', 'subscriber_key.id'], name=op.f('fk_key_grant_subscriber_id_key_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_key_grant_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_key_grant'))
    )
    with op.batch_alter_table('key_grant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_key_grant_subscriber_id'), ['subscriber_id'], unique=False)

    op.create_table('list_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('list_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'list_id'], ['number_list.subscriber_id', 'number_list.id'], name=op.f('fk_list_entry_subscriber_id_list_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_list_entry_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_list_entry'))
    )
    with op.batch_alter_table('list_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_list_entry_list_id'), ['list_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_list_entry_subscriber_id'), ['subscriber_id'], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        _confine("subscriber", "id")
        for table in OF_SUBSCRIBER:
            _confine(table, "subscriber_id")


def downgrade() -> None:
    with op.batch_alter_table('list_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_list_entry_subscriber_id'))
        batch_op.drop_index(batch_op.f('ix_list_entry_list_id'))

    op.drop_table('list_entry')
    with op.batch_alter_table('key_grant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_key_grant_subscriber_id'))

    op.drop_table('key_grant')
    with op.batch_alter_table('flow_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_flow_version_subscriber_id'))

    op.drop_table('flow_version')
    with op.batch_alter_table('extension', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_extension_subscriber_id'))

    op.drop_table('extension')
    with op.batch_alter_table('counter_hit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_counter_hit_subscriber_id'))

    op.drop_table('counter_hit')
    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_user_subscriber_id'))

    op.drop_table('user')
    with op.batch_alter_table('subscriber_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_subscriber_key_subscriber_id'))

    op.drop_table('subscriber_key')
    with op.batch_alter_table('schedule', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_schedule_subscriber_id'))

    op.drop_table('schedule')
    with op.batch_alter_table('prompt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_prompt_subscriber_id'))

    op.drop_table('prompt')
    with op.batch_alter_table('number_list', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_number_list_subscriber_id'))

    op.drop_table('number_list')
    with op.batch_alter_table('number', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_number_subscriber_id'))

    op.drop_table('number')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_job_subscriber_id'))
        batch_op.drop_index('ix_job_due')

    op.drop_table('job')
    with op.batch_alter_table('intent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_intent_subscriber_id'))

    op.drop_table('intent')
    with op.batch_alter_table('flow', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_flow_subscriber_id'))

    op.drop_table('flow')
    with op.batch_alter_table('counter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_counter_subscriber_id'))

    op.drop_table('counter')
    with op.batch_alter_table('call_record', schema=None) as batch_op:
        batch_op.drop_index('ix_call_record_subscriber_started')
        batch_op.drop_index(batch_op.f('ix_call_record_subscriber_id'))

    op.drop_table('call_record')
    with op.batch_alter_table('call_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_call_event_subscriber_id'))

    op.drop_table('call_event')
    op.drop_table('trunk')
    op.drop_table('subscriber')
    op.drop_table('controller')
