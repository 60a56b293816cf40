"""The service: requests become calls of the ledger, and what it says becomes messages.

A declined card is an answer like any other. A status other than OK would say that nobody knows what became of the
operation, so that it is left to what really broke: an exception that nobody foresaw becomes UNKNOWN by itself, and
Cashwrap looks or asks again under the same key.
"""

import hmac

import grpc
from google.protobuf.duration_pb2 import Duration

from ledger import Busy, Missing, Object, OtherRequest, Refused, TooLate


class Authentication(grpc.ServerInterceptor):
    """Refuses calls without the credential before anything else is done."""

    def __init__(self, credential):
        self._expected = f"Bearer {credential}".encode()
        self._refusal = grpc.unary_unary_rpc_method_handler(
            lambda _, context: context.abort(grpc.StatusCode.UNAUTHENTICATED, "the credential is not ours")
        )

    def intercept_service(self, continuation, details):
        """Called by gRPC for each call."""
        given = next((value for name, value in details.invocation_metadata if name == "authorization"), "")
        genuine = hmac.compare_digest(given.encode(), self._expected)
        return continuation(details) if genuine else self._refusal


def service(messages, services, ledger, pages_url):
    """The service over the generated classes, which exist only at run time."""

    class Gateway(services.PaymentGatewayServiceServicer):
        """Answers Cashwrap's calls."""

        def GetCapabilities(self, _request, _context):
            """What the ledger keeps; each line is a promise."""
            return messages.GetCapabilitiesResponse(
                capabilities=messages.Capabilities(
                    # An answer is committed with its effect, and never forgotten.
                    replay=messages.REPLAY_FORCES_OUTCOME,
                    key_life=Duration(seconds=31 * 86_400),
                    # One file holds everything, and is read after whatever was written before.
                    lookup_by_object=messages.LOOKUP_CONSISTENT,
                    lookup_by_payment=messages.LOOKUP_CONSISTENT,
                    # Nothing is authorised without a look at the tombstones.
                    voids_by_payment=True,
                    voids_leave_tombstones=True,
                    # A call is executed while it is open or never: the deadline is looked at right before the commit.
                    executes_within=Duration(seconds=30),
                )
            )

        def Execute(self, request, context):
            """One operation, once for its key."""
            key, operation = request.idempotency_key, request.WhichOneof("operation")
            operate = _operation(ledger, request, operation)
            try:
                # The same bytes always give the same bytes, also with fields that this version does not know.
                content = request.SerializeToString(deterministic=True)
                answer, first = ledger.once(key, content, operate, lambda: in_time(context))
            except Busy:
                return messages.ExecuteResponse(outcome=not_executed(messages.NotExecuted.REASON_BUSY))
            except TooLate:
                return messages.ExecuteResponse(outcome=not_executed(messages.NotExecuted.REASON_TOO_LATE))
            except OtherRequest:
                return messages.ExecuteResponse(outcome=messages.Outcome(unknown=messages.Unknown()))
            if first and operation == "authorise" and "_lost" in request.authorise.token:
                # For trying out: the money is held, and the answer never arrives.
                context.abort(grpc.StatusCode.UNAVAILABLE, "lost on the way")
            return messages.ExecuteResponse(outcome=outcome(answer))

        def Find(self, request, _context):
            """Reads, and changes nothing."""
            question = request.WhichOneof("question")
            if question == "object":
                answer = ledger.find_object(request.object)
            elif question == "payment":
                answer = ledger.find_payment(request.payment)
            elif question == "refund":
                answer = ledger.find_refund(request.refund.object, request.refund.idempotency_key)
            else:
                return messages.FindResponse(outcome=messages.Outcome(unknown=messages.Unknown()))
            return messages.FindResponse(outcome=outcome(answer))

    def in_time(context):
        left = context.time_remaining()
        # Cashwrap always says how long it waits; others, who try the service out, need not.
        return left is None or left > 0

    def not_executed(reason):
        return messages.Outcome(not_executed=messages.NotExecuted(reason=reason))

    def outcome(answer):
        if isinstance(answer, Missing):
            return messages.Outcome(not_found=messages.NotFound())
        if isinstance(answer, Refused):
            decline_class = messages.DeclineClass.Value(answer.decline_class)
            return messages.Outcome(refusal={"code": answer.code, "class": decline_class})
        return messages.Outcome(view=view(answer))

    def view(found: Object):
        told = messages.View(
            object=found.id,
            payment=found.payment,
            amount=messages.Money(currency_code=found.currency, minor_units=found.minor),
            refunded_minor=found.this_refund,
        )
        if found.card:
            told.card.fingerprint = found.card
        if found.state == "authorised":
            told.authorised.capturable_minor = found.held
        elif found.state == "captured":
            told.captured.captured_minor = found.captured
        elif found.state == "voided":
            told.voided.SetInParent()
        elif found.state == "declined":
            told.declined.code = "insufficient_funds"
            told.declined.iso_code = "51"
            setattr(told.declined, "class", messages.DECLINE_CLASS_INSUFFICIENT_FUNDS)
        else:
            told.action_needed.redirect_url = f"{pages_url}/act/{found.id}"
        return told

    return Gateway()


def _operation(ledger, request, operation):
    key, money = request.idempotency_key, request.amount
    if operation == "authorise":
        asked = request.authorise
        return lambda: ledger.authorise(
            key, request.store, request.payment, money.currency_code, money.minor_units, asked.token, asked.return_url
        )
    if operation == "capture":
        return lambda: ledger.capture(key, request.capture.object, request.capture.amount_minor)
    if operation == "void":
        return lambda: ledger.void(key, request.void.object)
    if operation == "void_by_payment":
        return lambda: ledger.void_payment(key, request.payment, money.currency_code, money.minor_units)
    if operation == "refund":
        return lambda: ledger.refund(key, request.refund.object, request.refund.amount_minor)
    # `create` and `confirm` are for gateways of two steps, and others for a later version of the service.
    return lambda: Refused("operation_not_supported")
