import type { Protocol } from "./protocol.ts";
import { queryAction, queryParameters } from "./query-request.ts";
import { readQuery, type QueryDialect } from "./read-query.ts";
import { escapeXml, writeXml } from "./write-xml.ts";

/** @see Smithy, "AWS EC2 query protocol": names are capitalised, lists are always flat. */
const dialect: QueryDialect = {
  memberKey(name, schema) {
    const traits = schema.getMergedTraits();
    const queryName = traits["ec2QueryName"] as string | undefined;
    return queryName ?? capitalise(traits.xmlName ?? name);
  },
  listInfix: () => undefined,
};

export const ec2Query: Protocol = {
  action: queryAction,
  input: (request, schema) => readQuery(queryParameters(request), schema, dialect),
  answer(action, schema, output, requestId) {
    const content = schema.isStructSchema() ? writeXml(schema, output ?? {}, "item") : "";
    return {
      status: 200,
      contentType: "text/xml;charset=UTF-8",
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${requestId}</requestId>${content}</${action}Response>`,
    };
  },
  error: ({ code, message, status }, requestId) => ({
    status,
    contentType: "text/xml;charset=UTF-8",
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
  }),
};

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
