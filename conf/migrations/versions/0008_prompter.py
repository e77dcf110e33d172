"""The prompter: rules, checklists, transcripts, the hint cards that were shown

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

POLICY = """
CREATE POLICY one_subscriber ON "{table}" USING (
    current_setting('souffleur.subscriber', true) = '*'
    OR subscriber_id::text = current_setting('souffleur.subscriber', true))"""

CONFINED = ('prompter_rule', 'checklist', 'transcript', 'shown_hint')


def _key(name: str = 'id') -> 'sa.Column[int]':
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False)


def _owned(table: str) -> 'tuple[sa.schema.SchemaItem, ...]':
    return (
        _key('subscriber_id'),
        sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f(f'fk_{table}_subscriber_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
    )


def upgrade() -> None:
    for table in ('prompter_rule', 'checklist'):
        op.create_table(table,
        _key(),
        sa.Column('name', sa.String(length=64), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('doc', sa.JSON(), nullable=False),
        *_owned(table),
        sa.UniqueConstraint('subscriber_id', 'name', name=op.f(f'uq_{table}_subscriber_id_name'))
        )
    op.create_table('transcript',
    _key(),
    sa.Column('call', sa.String(length=64), nullable=False),
    sa.Column('side', sa.String(length=16), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('began', sa.Float(), nullable=False),
    sa.Column('ended', sa.Float(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    *_owned('transcript'),
    sa.UniqueConstraint('subscriber_id', 'call', 'side', 'sequence', name=op.f('uq_transcript_subscriber_id_call_side_sequence'))
    )
    op.create_index('ix_transcript_subscriber_started', 'transcript', ['subscriber_id', 'started_at'])
    op.create_table('shown_hint',
    _key(),
    sa.Column('call', sa.String(length=64), nullable=False),
    sa.Column('card', sa.Integer(), nullable=False),
    sa.Column('rule', sa.String(length=64), nullable=False),
    sa.Column('etag', sa.String(length=32), nullable=False),
    sa.Column('audience', sa.String(length=16), nullable=False),
    sa.Column('agent', sa.String(length=254), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('offset', sa.Float(), nullable=False),
    sa.Column('why', sa.LargeBinary(), nullable=False),
    sa.Column('mark', sa.String(length=16), nullable=False),
    sa.Column('pinned', sa.Boolean(), nullable=False),
    sa.Column('misheard', sa.Boolean(), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('marked_by', sa.String(length=254), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    *_owned('shown_hint'),
    sa.UniqueConstraint('subscriber_id', 'call', 'card', name=op.f('uq_shown_hint_subscriber_id_call_card'))
    )
    op.create_index('ix_shown_hint_rule', 'shown_hint', ['subscriber_id', 'rule', 'at'])
    for table in ('transcript', 'shown_hint'):
        op.create_index(op.f(f'ix_{table}_until'), table, ['until'])
    for table in CONFINED:
        op.create_index(op.f(f'ix_{table}_subscriber_id'), table, ['subscriber_id'])
    if op.get_bind().dialect.name == 'postgresql':
        for table in CONFINED:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(POLICY.format(table=table))


def downgrade() -> None:
    for table in reversed(CONFINED):
        op.drop_table(table)
