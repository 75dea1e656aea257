"""Expected failures, with the codes of contracts/failure.ts."""


class SamplerFailure(Exception):
    """Says what, where and what to do. `code` is one of contracts/failure.ts's FailureCode."""

    code = "BadInput"
    retryable = False


class BadInput(SamplerFailure):
    """The request is wrong; the same request will be wrong again."""

    code = "BadInput"


class NotFound(SamplerFailure):
    """No such study, no such trial."""

    code = "NotFound"


class Conflict(SamplerFailure):
    """The study says otherwise already."""

    code = "Conflict"


class ServiceUnavailable(SamplerFailure):
    """PostgreSQL did not answer; trying again is right."""

    code = "ServiceUnavailable"
    retryable = True
