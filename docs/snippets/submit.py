"""Submit a file from any program that can write to Kafka."""

import base64
import json
import os

from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": os.environ.get("REAM_KAFKA_BOOTSTRAP", "127.0.0.1:19092")})
message = {"body": base64.b64encode(b"Minutes of the meeting of 3 March.").decode(), "name": "minutes.txt"}
producer.produce("documents.submitted", key="minutes.txt", value=json.dumps(message))
if producer.flush(30):
    raise SystemExit("Kafka does not answer: see 'ream status'")
