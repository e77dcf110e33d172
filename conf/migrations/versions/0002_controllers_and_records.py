"""What a controller says of itself, and who wrote a record

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('controller') as table:
        table.add_column(sa.Column('state', sa.JSON(), nullable=False, server_default='{}'))
    with op.batch_alter_table('call_record') as table:
        table.add_column(sa.Column('source', sa.String(length=16), nullable=False, server_default='controller'))


def downgrade() -> None:
    with op.batch_alter_table('call_record') as table:
        table.drop_column('source')
    with op.batch_alter_table('controller') as table:
        table.drop_column('state')
