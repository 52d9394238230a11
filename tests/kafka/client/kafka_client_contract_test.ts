import { ConsumerSession } from "../../../src/kafka/client/consumer_session.ts";
import { GroupConnection } from "../../../src/kafka/client/group_connection.ts";
import { KafkaAdmin } from "../../../src/kafka/client/kafka_admin.ts";
import { ProducerSession } from "../../../src/kafka/client/producer_session.ts";
import { TopicSampler } from "../../../src/kafka/client/topic_sampler.ts";
import { kafkaClientContract } from "../../contract/kafka_client_contract.ts";

kafkaClientContract("kafkajs", {
  ...{ ProducerSession, ConsumerSession, KafkaAdmin, GroupConnection, TopicSampler },
});
