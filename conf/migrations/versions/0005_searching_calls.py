"""Searching the history of calls

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_call_record_disposition', 'call_record', ['subscriber_id', 'disposition', 'started_at'])
    op.create_index('ix_call_record_flow', 'call_record', ['subscriber_id', 'flow', 'started_at'])
    wrong = sa.text("problem <> ''")
    op.create_index(
        'ix_call_record_problem', 'call_record', ['subscriber_id', 'started_at'], postgresql_where=wrong, sqlite_where=wrong
    )
    for name in ('caller', 'called'):
        columns = ['subscriber_id', name, 'started_at']
        op.create_index(f'ix_call_record_{name}', 'call_record', columns, postgresql_ops={name: 'varchar_pattern_ops'})


def downgrade() -> None:
    for name in ('called', 'caller', 'problem', 'flow', 'disposition'):
        op.drop_index(f'ix_call_record_{name}', table_name='call_record')
