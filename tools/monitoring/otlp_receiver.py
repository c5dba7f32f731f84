"""
Receives traces as OTLP over HTTP in JSON and prints a line for each span. Requests with fields that OpenTelemetry's
schema does not have are rejected: `pip install opentelemetry-proto==1.45.2`, then
`python3 tools/monitoring/otlp_receiver.py 4318`.
"""

import base64
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from google.protobuf.json_format import Parse, ParseError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

# OTLP encodes them in hex, protobuf's JSON in base64.
IDS = {"traceId": 16, "spanId": 8, "parentSpanId": 8}


def with_base64(value):
    if isinstance(value, list):
        return [with_base64(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: id_of(name, each) if name in IDS else with_base64(each) for name, each in value.items()}


def id_of(name, text):
    data = bytes.fromhex(text)
    if data and len(data) != IDS[name]:
        raise ParseError(f"{name} has {len(data)} bytes")
    return base64.b64encode(data).decode()


def describe(span):
    kind = Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower()
    status = Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_").lower()
    parent = span.parent_span_id.hex() or "-"
    micros = (span.end_time_unix_nano - span.start_time_unix_nano) // 1000
    values = {each.key: each.value for each in span.attributes}
    at = f"{values['messaging.destination.partition.id'].string_value}@{values['messaging.kafka.offset'].int_value}"
    links = f" links={len(span.links)}" if span.links else ""
    return f"{span.name} {at} {kind} trace={span.trace_id.hex()} parent={parent} {status} {micros} us{links}"


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = b"".join(self.chunks())
        try:
            request = Parse(json.dumps(with_base64(json.loads(body))), ExportTraceServiceRequest())
            status = 200 if self.path == "/v1/traces" else 404
        except (ParseError, ValueError) as error:
            print(f"rejected: {error}", flush=True)
            self.answer(400)
            return
        for resource_spans in request.resource_spans:
            for scope_spans in resource_spans.scope_spans:
                for span in scope_spans.spans:
                    print(describe(span), flush=True)
        self.answer(status)

    def chunks(self):
        if "content-length" in self.headers:
            yield self.rfile.read(int(self.headers["content-length"]))
            return
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
