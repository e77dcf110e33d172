"""A token has a maker, a failed login a login, and the operators have rules of their own

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
REFERENCES = (('account_id', 'account', 'SET NULL'), ('parent_id', 'api_token', 'CASCADE'))
SCOPE = "SELECT set_config('souffleur.subscriber', '*', true)"


def upgrade() -> None:
    with op.batch_alter_table('api_token') as batch_op:  # nothing refers to a token yet: its table may be made anew
        for column, table, then in REFERENCES:
            batch_op.add_column(sa.Column(column, KEY, nullable=True))
            name = batch_op.f(f'fk_api_token_{column}')
            batch_op.create_foreign_key(name, table, [column], ['id'], ondelete=then)
            batch_op.create_index(batch_op.f(f'ix_api_token_{column}'), [column])
    op.add_column('login_failure', sa.Column('login', sa.String(length=64), nullable=False, server_default=''))
    op.create_index(op.f('ix_login_failure_login'), 'login_failure', ['login'])
    op.create_table('operator_setting',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_operator_setting'))
    )
    _give_makers()


def _give_makers() -> None:
    """Until now a token knew its maker by the mail address, or by the name of the token that made it."""
    bind = op.get_bind()
    if bind.dialect.name == 'postgresql':
        bind.execute(sa.text(SCOPE))
    key, text = sa.BigInteger(), sa.String()
    account = sa.table('account', sa.column('id', key), sa.column('subscriber_id', key), sa.column('login', text))
    token = sa.table('api_token', *(sa.column(name, key) for name in ('id', 'subscriber_id', 'account_id', 'parent_id')),
                     sa.column('made_by', text), sa.column('name', text))
    people = {(row.subscriber_id, row.login): row.id for row in bind.execute(sa.select(account))}
    tokens: dict[tuple[int | None, str], tuple[int, int | None]] = {}
    for row in bind.execute(sa.select(token).order_by(token.c.id)).all():
        parent = tokens.get((row.subscriber_id, row.made_by)) if row.made_by.startswith('token ') else None
        maker = parent[1] if parent else people.get((row.subscriber_id, row.made_by.lower()))
        tokens[row.subscriber_id, f'token {row.name}'] = (row.id, maker)
        values = {'account_id': maker, 'parent_id': parent[0] if parent else None}
        bind.execute(token.update().where(token.c.id == row.id).values(values))


def downgrade() -> None:
    op.drop_table('operator_setting')
    op.drop_index(op.f('ix_login_failure_login'), table_name='login_failure')
    op.drop_column('login_failure', 'login')
    with op.batch_alter_table('api_token') as batch_op:
        for column, _table, _then in REFERENCES:
            batch_op.drop_index(batch_op.f(f'ix_api_token_{column}'))
            batch_op.drop_constraint(batch_op.f(f'fk_api_token_{column}'), type_='foreignkey')
            batch_op.drop_column(column)
