"""Addresses that are not listened to, and who transferred a call

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('blocked_address',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('address', sa.String(length=43), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=16), nullable=False),
    sa.Column('strikes', sa.Integer(), nullable=False),
    sa.Column('evidence', sa.String(length=200), nullable=False),
    sa.Column('controller', sa.String(length=64), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_blocked_address')),
    sa.UniqueConstraint('address', name=op.f('uq_blocked_address_address'))
    )
    op.create_index(op.f('ix_blocked_address_changed_at'), 'blocked_address', ['changed_at'])
    with op.batch_alter_table('call_record') as table:
        table.add_column(sa.Column('transferred_by', sa.String(length=254), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('call_record') as table:
        table.drop_column('transferred_by')
    op.drop_table('blocked_address')
