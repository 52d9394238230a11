/** Run by services_test.ts on a machine that, as far as this file can see, has no Java. */
import { serviceTest } from "./with_services.ts";

serviceTest("own kafka")("a test that needs Kafka", () => {});
