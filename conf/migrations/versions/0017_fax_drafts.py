"""Faxes that are being written

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TABLES = ('fax_draft', 'fax_draft_file')
POLICY = """
CREATE POLICY one_subscriber ON "{table}" USING (
    current_setting('souffleur.subscriber', true) = '*'
    OR subscriber_id::text = current_setting('souffleur.subscriber', true))"""


def upgrade() -> None:
    op.create_table('fax_draft',
    sa.Column('id', KEY, nullable=False),
    sa.Column('key', sa.String(64), nullable=False),
    sa.Column('created_by', sa.String(254), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('typed', sa.LargeBinary(), nullable=True),
    sa.Column('wanted', sa.String(64), nullable=False),
    sa.Column('made', sa.String(64), nullable=False),
    sa.Column('worker', sa.String(64), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tiff', sa.String(64), nullable=False),
    sa.Column('covers', sa.Integer(), nullable=False),
    sa.Column('sizes', sa.JSON(), nullable=False),
    sa.Column('warnings', sa.JSON(), nullable=False),
    sa.Column('problem', sa.JSON(), nullable=True),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_draft_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_draft')),
    sa.UniqueConstraint('subscriber_id', 'key', name=op.f('uq_fax_draft_subscriber_id_key')),
    sa.UniqueConstraint('subscriber_id', 'id', name=op.f('uq_fax_draft_subscriber_id_id'))
    )
    op.create_index(op.f('ix_fax_draft_subscriber_id'), 'fax_draft', ['subscriber_id'], unique=False)
    op.create_index('ix_fax_draft_changed', 'fax_draft', ['changed_at'], unique=False)
    op.create_table('fax_draft_file',
    sa.Column('id', KEY, nullable=False),
    sa.Column('draft_id', KEY, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(255), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(64), nullable=False),
    sa.Column('stored', sa.String(64), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'draft_id'], ['fax_draft.subscriber_id', 'fax_draft.id'], name=op.f('fk_fax_draft_file_subscriber_id_draft_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_draft_file_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_draft_file'))
    )
    op.create_index(op.f('ix_fax_draft_file_subscriber_id'), 'fax_draft_file', ['subscriber_id'], unique=False)
    op.create_index('ix_fax_draft_file_draft', 'fax_draft_file', ['draft_id', 'position'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        for table in TABLES:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(POLICY.format(table=table))


def downgrade() -> None:
    op.drop_index('ix_fax_draft_file_draft', table_name='fax_draft_file')
    op.drop_index('ix_fax_draft_changed', table_name='fax_draft')
    for table in reversed(TABLES):
        op.drop_index(op.f(f'ix_{table}_subscriber_id'), table_name=table)
        op.drop_table(table)
