"""Faxes, what was put in for them, their calls, and what worked for a number

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
POLICY = """
CREATE POLICY one_subscriber ON "{table}" USING (
    current_setting('souffleur.subscriber', true) = '*'
    OR subscriber_id::text = current_setting('souffleur.subscriber', true))"""
CONFINED = ('fax_batch', 'fax_box', 'fax_list', 'fax_memory', 'fax', 'fax_document', 'fax_attempt')


def _confine(table: str) -> None:
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(POLICY.format(table=table))


def upgrade() -> None:
    op.create_table('fax_batch',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(200), nullable=False),
    sa.Column('client_key', sa.String(length=200), nullable=True),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('source', sa.String(length=16), nullable=False),
    sa.Column('created_by', sa.String(254), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolution', sa.String(length=16), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('cover', sa.LargeBinary(), nullable=True),
    sa.Column('mail_to', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_batch_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_batch')),
    sa.UniqueConstraint('subscriber_id', 'client_key', name=op.f('uq_fax_batch_subscriber_id_client_key')),
    sa.UniqueConstraint('subscriber_id', 'id', name=op.f('uq_fax_batch_subscriber_id_id'))
    )
    op.create_index(op.f('ix_fax_batch_subscriber_id'), 'fax_batch', ['subscriber_id'], unique=False)
    op.create_table('fax_box',
    sa.Column('id', KEY, nullable=False),
    sa.Column('doc', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_box_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_box')),
    sa.UniqueConstraint('subscriber_id', name=op.f('uq_fax_box_subscriber_id'))
    )
    op.create_index(op.f('ix_fax_box_subscriber_id'), 'fax_box', ['subscriber_id'], unique=False)
    op.create_table('fax_list',
    sa.Column('id', KEY, nullable=False),
    sa.Column('name', sa.String(64), nullable=False),
    sa.Column('members', sa.JSON(), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_list_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_list')),
    sa.UniqueConstraint('subscriber_id', 'name', name=op.f('uq_fax_list_subscriber_id_name'))
    )
    op.create_index(op.f('ix_fax_list_subscriber_id'), 'fax_list', ['subscriber_id'], unique=False)
    op.create_table('fax_memory',
    sa.Column('id', KEY, nullable=False),
    sa.Column('number', sa.String(32), nullable=False),
    sa.Column('trunk', sa.String(64), nullable=False),
    sa.Column('rung', sa.String(length=1), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_memory_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_memory')),
    sa.UniqueConstraint('subscriber_id', 'number', 'trunk', name=op.f('uq_fax_memory_subscriber_id_number_trunk'))
    )
    op.create_index(op.f('ix_fax_memory_subscriber_id'), 'fax_memory', ['subscriber_id'], unique=False)
    op.create_table('fax',
    sa.Column('id', KEY, nullable=False),
    sa.Column('batch_id', KEY, nullable=True),
    sa.Column('direction', sa.String(length=4), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('from_number', sa.String(32), nullable=False),
    sa.Column('to_number', sa.String(32), nullable=False),
    sa.Column('name', sa.String(200), nullable=False),
    sa.Column('resolution', sa.String(length=16), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('pages_confirmed', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(254), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_call_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changes', sa.Integer(), nullable=False),
    sa.Column('rung', sa.String(length=1), nullable=False),
    sa.Column('rendered_again', sa.Boolean(), nullable=False),
    sa.Column('worker', sa.String(length=64), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('call', sa.String(64), nullable=False),
    sa.Column('received_as', sa.String(128), nullable=True),
    sa.Column('code', sa.Integer(), nullable=True),
    sa.Column('cause', sa.String(64), nullable=False),
    sa.Column('reason', sa.String(length=32), nullable=False),
    sa.Column('problem', sa.JSON(), nullable=True),
    sa.Column('remote_id', sa.String(64), nullable=False),
    sa.Column('rate', sa.Integer(), nullable=True),
    sa.Column('ecm', sa.Boolean(), nullable=True),
    sa.Column('t38', sa.Boolean(), nullable=True),
    sa.Column('bad_rows', sa.Integer(), nullable=True),
    sa.Column('seconds', sa.Float(), nullable=True),
    sa.Column('tiff', sa.String(length=64), nullable=False),
    sa.Column('pdf', sa.String(length=64), nullable=False),
    sa.Column('thumbnail', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'batch_id'], ['fax_batch.subscriber_id', 'fax_batch.id'], name=op.f('fk_fax_subscriber_id_batch_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax')),
    sa.UniqueConstraint('subscriber_id', 'id', name=op.f('uq_fax_subscriber_id_id')),
    sa.UniqueConstraint('subscriber_id', 'received_as', name=op.f('uq_fax_subscriber_id_received_as')),
    sqlite_autoincrement=True,
    )
    op.create_index(op.f('ix_fax_batch_id'), 'fax', ['batch_id'], unique=False)
    op.create_index(op.f('ix_fax_call'), 'fax', ['call'], unique=False)
    op.create_index('ix_fax_due', 'fax', ['state', 'due_at'], unique=False)
    op.create_index('ix_fax_subscriber_created', 'fax', ['subscriber_id', 'direction', 'created_at'], unique=False)
    op.create_index(op.f('ix_fax_subscriber_id'), 'fax', ['subscriber_id'], unique=False)
    op.create_index(op.f('ix_fax_until'), 'fax', ['until'], unique=False)
    op.create_index('uq_fax_sending', 'fax', ['to_number'], unique=True, postgresql_where=sa.text("state = 'sending'"), sqlite_where=sa.text("state = 'sending'"))
    op.create_table('fax_document',
    sa.Column('id', KEY, nullable=False),
    sa.Column('batch_id', KEY, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(255), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('stored', sa.String(length=64), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'batch_id'], ['fax_batch.subscriber_id', 'fax_batch.id'], name=op.f('fk_fax_document_subscriber_id_batch_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_document_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_document')),
    sa.UniqueConstraint('batch_id', 'position', name=op.f('uq_fax_document_batch_id_position'))
    )
    op.create_index(op.f('ix_fax_document_subscriber_id'), 'fax_document', ['subscriber_id'], unique=False)
    op.create_table('fax_attempt',
    sa.Column('id', KEY, nullable=False),
    sa.Column('fax_id', KEY, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('rung', sa.String(length=1), nullable=False),
    sa.Column('trunk', sa.String(64), nullable=False),
    sa.Column('start_page', sa.Integer(), nullable=False),
    sa.Column('covers', sa.Integer(), nullable=False),
    sa.Column('pages_total', sa.Integer(), nullable=False),
    sa.Column('call', sa.String(64), nullable=False),
    sa.Column('channel', sa.String(64), nullable=False),
    sa.Column('controller', sa.String(64), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('dialled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pages_confirmed', sa.Integer(), nullable=False),
    sa.Column('answered', sa.Boolean(), nullable=False),
    sa.Column('code', sa.Integer(), nullable=True),
    sa.Column('cause', sa.String(64), nullable=False),
    sa.Column('text', sa.String(255), nullable=False),
    sa.Column('remote_id', sa.String(64), nullable=False),
    sa.Column('rate', sa.Integer(), nullable=True),
    sa.Column('ecm', sa.Boolean(), nullable=True),
    sa.Column('t38', sa.Boolean(), nullable=True),
    sa.Column('bad_rows', sa.Integer(), nullable=True),
    sa.Column('seconds', sa.Float(), nullable=True),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'fax_id'], ['fax.subscriber_id', 'fax.id'], name=op.f('fk_fax_attempt_subscriber_id_fax_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_attempt_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_attempt')),
    sa.UniqueConstraint('fax_id', 'number', name=op.f('uq_fax_attempt_fax_id_number'))
    )
    op.create_index(op.f('ix_fax_attempt_call'), 'fax_attempt', ['call'], unique=False)
    op.create_index('ix_fax_attempt_open', 'fax_attempt', ['state'], unique=False)
    op.create_index(op.f('ix_fax_attempt_subscriber_id'), 'fax_attempt', ['subscriber_id'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        for table in CONFINED:
            _confine(table)


def downgrade() -> None:
    op.drop_index(op.f('ix_fax_attempt_subscriber_id'), table_name='fax_attempt')
    op.drop_index('ix_fax_attempt_open', table_name='fax_attempt')
    op.drop_index(op.f('ix_fax_attempt_call'), table_name='fax_attempt')
    op.drop_table('fax_attempt')
    op.drop_index(op.f('ix_fax_document_subscriber_id'), table_name='fax_document')
    op.drop_table('fax_document')
    op.drop_index('uq_fax_sending', table_name='fax', postgresql_where=sa.text("state = 'sending'"), sqlite_where=sa.text("state = 'sending'"))
    op.drop_index(op.f('ix_fax_until'), table_name='fax')
    op.drop_index(op.f('ix_fax_subscriber_id'), table_name='fax')
    op.drop_index('ix_fax_subscriber_created', table_name='fax')
    op.drop_index('ix_fax_due', table_name='fax')
    op.drop_index(op.f('ix_fax_call'), table_name='fax')
    op.drop_index(op.f('ix_fax_batch_id'), table_name='fax')
    op.drop_table('fax')
    op.drop_index(op.f('ix_fax_memory_subscriber_id'), table_name='fax_memory')
    op.drop_table('fax_memory')
    op.drop_index(op.f('ix_fax_list_subscriber_id'), table_name='fax_list')
    op.drop_table('fax_list')
    op.drop_index(op.f('ix_fax_box_subscriber_id'), table_name='fax_box')
    op.drop_table('fax_box')
    op.drop_index(op.f('ix_fax_batch_subscriber_id'), table_name='fax_batch')
    op.drop_table('fax_batch')
