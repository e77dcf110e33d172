"""Calls of campaigns and contacts that were removed: they count still

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
POLICY = """
CREATE POLICY one_subscriber ON "past_call" USING (
    current_setting('souffleur.subscriber', true) = '*'
    OR subscriber_id::text = current_setting('souffleur.subscriber', true))"""


def upgrade() -> None:
    op.create_table('past_call',
    sa.Column('id', KEY, nullable=False),
    sa.Column('number', sa.String(32), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_past_call_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_past_call'))
    )
    op.create_index(op.f('ix_past_call_subscriber_id'), 'past_call', ['subscriber_id'], unique=False)
    op.create_index('ix_past_call_number', 'past_call', ['subscriber_id', 'number', 'placed_at'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE "past_call" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "past_call" FORCE ROW LEVEL SECURITY')
        op.execute(POLICY)


def downgrade() -> None:
    op.drop_index('ix_past_call_number', table_name='past_call')
    op.drop_index(op.f('ix_past_call_subscriber_id'), table_name='past_call')
    op.drop_table('past_call')
