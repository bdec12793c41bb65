import type { Protocol } from "./protocol.ts";
import { queryAction, queryParameters } from "./query-request.ts";
import { readQuery, type QueryDialect } from "./read-query.ts";
import { escapeXml, writeXml } from "./write-xml.ts";

/** @see Smithy, "AWS query protocol". */
const dialect: QueryDialect = {
  memberKey: (name, schema) => schema.getMergedTraits().xmlName ?? name,
  listInfix(schema) {
    if (schema.getMergedTraits().xmlFlattened) return undefined;
    return schema.getValueSchema().getMergedTraits().xmlName ?? "member";
  },
};

/** @param xmlNamespace such as `https://iam.amazonaws.com/doc/2010-05-08/`. */
function awsQuery(xmlNamespace: string): Protocol {
  return {
    action: queryAction,
    input: (request, schema) => readQuery(queryParameters(request), schema, dialect),
    answer(action, schema, output, requestId) {
      const content = schema.isStructSchema() ? writeXml(schema, output ?? {}, "member") : "";
      const result = schema.isStructSchema() ? `<${action}Result>${content}</${action}Result>` : "";
      return {
        status: 200,
        contentType: "text/xml",
        body: `<${action}Response xmlns="${xmlNamespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>\n`,
      };
    },
    error: ({ code, message, status }, requestId) => ({
      status,
      contentType: "text/xml",
      body: `<ErrorResponse xmlns="${xmlNamespace}"><Error><Type>${status < 500 ? "Sender" : "Receiver"}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>\n`,
    }),
  };
}

export const iamQuery = awsQuery("https://iam.amazonaws.com/doc/2010-05-08/");
export const stsQuery = awsQuery("https://sts.amazonaws.com/doc/2011-06-15/");
