"""A database to work on while no ``wangge up`` runs: the embedded server is started for the while."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from deployments.embedded import EmbeddedPostgres
from deployments.ownership import Ownership
from models.errors import NotConfigured
from models.settings import Settings, database_url


@contextmanager
def database_running(of: Settings, *, alone: bool) -> Iterator[str]:
    """The URL of a database that answers.

    :param alone: nobody else may run on the home meanwhile.
    :raises NotConfigured: when the server doesn't come up; asked to be alone, when `wangge up` runs.
    """
    if of.database_url or (not alone and EmbeddedPostgres(of.home).running):
        yield database_url(of)
        return
    server = EmbeddedPostgres(of.home)
    server.make_home()
    with ExitStack() as held:
        try:
            held.enter_context(Ownership(of.home))
        except NotConfigured as error:
            raise NotConfigured(why="stop_up", home=error.facts["home"], pid=error.facts["pid"]) from error
        held.callback(server.stop)
        yield server.start()
