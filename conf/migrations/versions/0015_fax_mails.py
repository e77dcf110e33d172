"""Mails that were handed in to be faxed

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
POLICY = """
CREATE POLICY one_subscriber ON "fax_mail" USING (
    current_setting('souffleur.subscriber', true) = '*'
    OR subscriber_id::text = current_setting('souffleur.subscriber', true))"""


def upgrade() -> None:
    op.create_table('fax_mail',
    sa.Column('id', KEY, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('message_id', sa.String(500), nullable=False),
    sa.Column('sender', sa.String(254), nullable=False),
    sa.Column('recipient', sa.String(320), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('batch_id', KEY, nullable=True),
    sa.Column('stored', sa.String(length=64), nullable=False),
    sa.Column('subscriber_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id', 'batch_id'], ['fax_batch.subscriber_id', 'fax_batch.id'], name=op.f('fk_fax_mail_subscriber_id_batch_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_fax_mail_subscriber_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fax_mail')),
    sa.UniqueConstraint('subscriber_id', 'digest', name=op.f('uq_fax_mail_subscriber_id_digest'))
    )
    op.create_index(op.f('ix_fax_mail_batch_id'), 'fax_mail', ['batch_id'], unique=False)
    op.create_index('ix_fax_mail_sender', 'fax_mail', ['subscriber_id', 'sender', 'created_at'], unique=False)
    op.create_index(op.f('ix_fax_mail_subscriber_id'), 'fax_mail', ['subscriber_id'], unique=False)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE "fax_mail" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "fax_mail" FORCE ROW LEVEL SECURITY')
        op.execute(POLICY)


def downgrade() -> None:
    op.drop_index(op.f('ix_fax_mail_subscriber_id'), table_name='fax_mail')
    op.drop_index('ix_fax_mail_sender', table_name='fax_mail')
    op.drop_index(op.f('ix_fax_mail_batch_id'), table_name='fax_mail')
    op.drop_table('fax_mail')
