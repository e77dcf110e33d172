"""Contacts, covers and settings of the fax box; faxes that were deleted

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TABLES = ('fax_contact', 'fax_cover', 'fax_profile')
POLICY = """
CREATE POLICY one_subscriber ON "{table}" USING (
    current_setting('souffleur.subscriber', true) = '*'
    OR subscriber_id::text = current_setting('souffleur.subscriber', true))"""


def upgrade() -> None:
    op.add_column('fax', sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('fax', sa.Column('warnings', sa.JSON(), nullable=True))
    op.create_table('fax_contact',
    sa.Column('id', KEY, nullable=False),
    sa.Column('owner', sa.String(254), nullable=False),
    sa.Column('name', sa.String(200), nullable=False),
    sa.Column('company', sa.String(200), nullable=False),
    sa.Column('number', sa.String(32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_contact_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_contact')),
    sa.UniqueConstraint('subscriber_id', 'owner', 'number', name=op.f('uq_fax_contact_subscriber_id_owner_number'))
    )
    op.create_index(op.f('ix_fax_contact_subscriber_id'), 'fax_contact', ['subscriber_id'], unique=False)
    op.create_index('ix_fax_contact_name', 'fax_contact', ['subscriber_id', 'name'], unique=False)
    op.create_table('fax_cover',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(64), nullable=False),
    sa.Column('logo', sa.String(64), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_cover_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_cover')),
    sa.UniqueConstraint('subscriber_id', 'name', name=op.f('uq_fax_cover_subscriber_id_name'))
    )
    op.create_index(op.f('ix_fax_cover_subscriber_id'), 'fax_cover', ['subscriber_id'], unique=False)
    op.create_table('fax_profile',
    sa.Column('id', KEY, nullable=False),
    sa.Column('kind', sa.String(8), nullable=False),
    sa.Column('name', sa.String(254), nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_profile_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_profile')),
    sa.UniqueConstraint('subscriber_id', 'kind', 'name', name=op.f('uq_fax_profile_subscriber_id_kind_name'))
    )
    op.create_index(op.f('ix_fax_profile_subscriber_id'), 'fax_profile', ['subscriber_id'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        for table in TABLES:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(POLICY.format(table=table))


def downgrade() -> None:
    op.drop_index('ix_fax_contact_name', table_name='fax_contact')
    for table in reversed(TABLES):
        op.drop_index(op.f(f'ix_{table}_subscriber_id'), table_name=table)
        op.drop_table(table)
    op.drop_column('fax', 'warnings')
    op.drop_column('fax', 'deleted_at')
