"""What agents note of their calls

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
POLICY = """
CREATE POLICY one_subscriber ON "{table}" USING (
    current_setting('souffleur.subscriber', true) = '*'
    OR subscriber_id::text = current_setting('souffleur.subscriber', true))"""


def upgrade() -> None:
    op.create_table('wrap_up',
    sa.Column('id', KEY, nullable=False),
    sa.Column('call', sa.String(64), nullable=False),
    sa.Column('agent', sa.String(254), nullable=False),
    sa.Column('direction', sa.String(16), nullable=False),
    sa.Column('caller', sa.String(255), nullable=False),
    sa.Column('caller_name', sa.String(255), nullable=False),
    sa.Column('called', sa.String(255), nullable=False),
    sa.Column('queue', sa.String(64), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(32), nullable=False),
    sa.Column('adherence', sa.Float(), nullable=True),
    sa.Column('notes', sa.LargeBinary(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_wrap_up_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wrap_up')),
    sa.UniqueConstraint('subscriber_id', 'call', 'agent', name=op.f('uq_wrap_up_subscriber_id_call_agent'))
    )
    op.create_index('ix_wrap_up_subscriber_agent', 'wrap_up', ['subscriber_id', 'agent', 'began_at'], unique=False)
    op.create_index(op.f('ix_wrap_up_subscriber_id'), 'wrap_up', ['subscriber_id'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE "wrap_up" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "wrap_up" FORCE ROW LEVEL SECURITY')
        op.execute(POLICY.format(table='wrap_up'))


def downgrade() -> None:
    op.drop_table('wrap_up')
