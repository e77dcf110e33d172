"""Campaigns, their contacts and calls, and who must not be called

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
POLICY = """
CREATE POLICY one_subscriber ON "{table}" USING (
    current_setting('souffleur.subscriber', true) = '*'
    OR subscriber_id::text = current_setting('souffleur.subscriber', true))"""
CONFINED = ('campaign', 'campaign_contact', 'campaign_call', 'do_not_call')


def _confine(table: str) -> None:
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(POLICY.format(table=table))


def upgrade() -> None:
    op.create_table('campaign',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(64), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_campaign_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign')),
    sa.UniqueConstraint('subscriber_id', 'id', name=op.f('uq_campaign_subscriber_id_id')),
    sa.UniqueConstraint('subscriber_id', 'name', name=op.f('uq_campaign_subscriber_id_name'))
    )
    op.create_index(op.f('ix_campaign_state'), 'campaign', ['state'], unique=False)
    op.create_index(op.f('ix_campaign_subscriber_id'), 'campaign', ['subscriber_id'], unique=False)
    op.create_table('do_not_call',
    sa.Column('id', KEY, nullable=False),
    sa.Column('number', sa.String(32), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('source', sa.String(64), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_do_not_call_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_do_not_call')),
    sa.UniqueConstraint('subscriber_id', 'number', name=op.f('uq_do_not_call_subscriber_id_number'))
    )
    op.create_index(op.f('ix_do_not_call_subscriber_id'), 'do_not_call', ['subscriber_id'], unique=False)
    op.create_table('campaign_contact',
    sa.Column('id', KEY, nullable=False),
    sa.Column('campaign_id', KEY, nullable=False),
    sa.Column('number', sa.String(32), nullable=False),
    sa.Column('name', sa.String(255), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('zones', sa.JSON(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('basis', sa.String(length=32), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=32), nullable=False),
    sa.Column('reason', sa.String(length=32), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'campaign_id'], ['campaign.subscriber_id', 'campaign.id'], name=op.f('fk_campaign_contact_subscriber_id_campaign_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_campaign_contact_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_contact')),
    sa.UniqueConstraint('campaign_id', 'number', name=op.f('uq_campaign_contact_campaign_id_number')),
    sa.UniqueConstraint('subscriber_id', 'id', name=op.f('uq_campaign_contact_subscriber_id_id'))
    )
    op.create_index('ix_campaign_contact_due', 'campaign_contact', ['campaign_id', 'state', 'due_at'], unique=False)
    op.create_index(op.f('ix_campaign_contact_subscriber_id'), 'campaign_contact', ['subscriber_id'], unique=False)
    op.create_table('campaign_call',
    sa.Column('id', KEY, nullable=False),
    sa.Column('campaign_id', KEY, nullable=False),
    sa.Column('contact_id', KEY, nullable=False),
    sa.Column('call', sa.String(64), nullable=False),
    sa.Column('channel', sa.String(64), nullable=False),
    sa.Column('number', sa.String(32), nullable=False),
    sa.Column('controller', sa.String(64), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=32), nullable=False),
    sa.Column('cause', sa.String(64), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'contact_id'], ['campaign_contact.subscriber_id', 'campaign_contact.id'], name=op.f('fk_campaign_call_subscriber_id_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_campaign_call_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_call')),
    sa.UniqueConstraint('call', name=op.f('uq_campaign_call_call'))
    )
    op.create_index('ix_campaign_call_number', 'campaign_call', ['subscriber_id', 'number', 'placed_at'], unique=False)
    op.create_index('ix_campaign_call_state', 'campaign_call', ['campaign_id', 'state'], unique=False)
    op.create_index(op.f('ix_campaign_call_subscriber_id'), 'campaign_call', ['subscriber_id'], unique=False)
    op.create_index('uq_campaign_call_under_way', 'campaign_call', ['subscriber_id', 'number'], unique=True, postgresql_where=sa.text("state <> 'ended'"), sqlite_where=sa.text("state <> 'ended'"))
    if op.get_bind().dialect.name == 'postgresql':
        for table in CONFINED:
            _confine(table)


def downgrade() -> None:
    op.drop_index('uq_campaign_call_under_way', table_name='campaign_call', postgresql_where=sa.text("state <> 'ended'"), sqlite_where=sa.text("state <> 'ended'"))
    op.drop_index(op.f('ix_campaign_call_subscriber_id'), table_name='campaign_call')
    op.drop_index('ix_campaign_call_state', table_name='campaign_call')
    op.drop_index('ix_campaign_call_number', table_name='campaign_call')
    op.drop_table('campaign_call')
    op.drop_index(op.f('ix_campaign_contact_subscriber_id'), table_name='campaign_contact')
    op.drop_index('ix_campaign_contact_due', table_name='campaign_contact')
    op.drop_table('campaign_contact')
    op.drop_index(op.f('ix_do_not_call_subscriber_id'), table_name='do_not_call')
    op.drop_table('do_not_call')
    op.drop_index(op.f('ix_campaign_subscriber_id'), table_name='campaign')
    op.drop_index(op.f('ix_campaign_state'), table_name='campaign')
    op.drop_table('campaign')
