"""Messages that callers leave

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
POLICY = """
CREATE POLICY one_subscriber ON "{table}" USING (
    current_setting('souffleur.subscriber', true) = '*'
    OR subscriber_id::text = current_setting('souffleur.subscriber', true))"""


def upgrade() -> None:
    op.create_table('message',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(64), nullable=False),
    sa.Column('call', sa.String(64), nullable=False),
    sa.Column('flow', sa.String(64), nullable=False),
    sa.Column('node', sa.String(64), nullable=False),
    sa.Column('caller', sa.String(255), nullable=False),
    sa.Column('language', sa.String(8), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('ended', sa.String(16), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(16), nullable=False),
    sa.Column('transcript', sa.LargeBinary(), nullable=True),
    sa.Column('rewritten', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_message_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('subscriber_id', 'name', name=op.f('uq_message_subscriber_id_name'))
    )
    op.create_index('ix_message_subscriber_call', 'message', ['subscriber_id', 'call'], unique=False)
    op.create_index(op.f('ix_message_subscriber_id'), 'message', ['subscriber_id'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE "message" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "message" FORCE ROW LEVEL SECURITY')
        op.execute(POLICY.format(table='message'))


def downgrade() -> None:
    op.drop_table('message')
