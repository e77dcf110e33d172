"""The flow's word for what came of a call

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('call_record', sa.Column('outcome', sa.String(length=64), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('call_record', 'outcome')
