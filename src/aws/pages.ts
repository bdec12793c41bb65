/** The pages of a listing, in the order of AWS. `ask` adds what it gets to the request. */
export async function* pages<Page extends { NextToken?: string | undefined }>(
  ask: (next: { NextToken?: string }) => Promise<Page>,
): AsyncGenerator<Page> {
  let token: string | undefined;
  do {
    const page = await ask(token ? { NextToken: token } : {});
    yield page;
    token = page.NextToken;
  } while (token);
}
