"""Failed logins are counted by what was typed and by address, not by account

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('login_failure',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_login_failure'))
    )
    op.create_index(op.f('ix_login_failure_at'), 'login_failure', ['at'])
    # Not in a batch: on SQLite that makes the table anew, and its sessions and links would go with the old one.
    op.drop_column('account', 'failures')
    op.drop_column('account', 'locked_until')


def downgrade() -> None:
    op.add_column('account', sa.Column('failures', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('account', sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True))
    op.drop_table('login_failure')
