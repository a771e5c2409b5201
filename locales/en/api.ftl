# What programs read when a call goes wrong. A title says what kind of problem it is, a detail what to do.
api-no-key-title = No key was shown
api-no-key-detail = This call needs one header of the form "Authorization: Bearer portico_…". The practice's administrator or whoever runs this server makes keys.
api-wrong-key-title = This key opens nothing
api-wrong-key-detail = The key is not one of this practice's, or it was ended. Check that it is whole and that the call goes to the right practice; otherwise ask for a new one.
api-no-scope-title = This key is for something else
api-no-scope-detail = The key is right, but it was made without the scope this call needs. Ask for a key that has it.
api-signature-title = The signature isn't right
api-signature-detail = The call needs webhook-id, webhook-timestamp and webhook-signature, made with the secret of this server over this very body, at most five minutes ago. Check the secret and the sender's clock.
api-not-found-title = There is nothing at this address
api-not-found-detail = No call has this address here, or nothing of this practice has this id.
api-forbidden-title = That isn't allowed
api-forbidden-detail = Whoever asked may not do this.
api-method-title = That can't be done here
api-method-detail = This address doesn't answer that method. The description of all calls is at /api/v1/openapi.json.
api-content-type-title = The body is of another kind
api-content-type-detail = Send JSON in UTF-8 with "Content-Type: application/json", or what the description names for this call.
api-too-large-title = The body is too large
api-too-large-detail = A call holds at most 64 KiB, a report about a mail at most 1 MiB. Nothing was changed.
api-text-title = The text can't be read
api-text-detail = The address or the body holds bytes that are not UTF-8. Nothing was changed.
api-json-title = The JSON can't be read
api-json-detail = The body has to be one JSON object in which no name stands twice. Nothing was changed.
api-json-where = It can't be read from line { $line }, column { $column }.
api-fields-title = Some fields aren't right
api-fields-detail = Nothing was changed. Each field that has to be put right is named in "errors".
api-idempotency-key-title = The Idempotency-Key can't be used
api-idempotency-key-detail = Send it once, with 1 to 200 printable characters without spaces, or leave it out. Nothing was changed.
api-idempotency-title = This Idempotency-Key belongs to another call
api-idempotency-detail = A call with the same key and another body was made before. Nothing was changed. Use a new key for a new link.
api-too-often-title = Too many calls
api-too-often-detail = Wait as long as Retry-After says, then go on. Nothing was changed.
api-busy-title = Very busy right now
api-busy-detail = Nothing was changed. Send the same call again after as many seconds as Retry-After says.
api-full-title = Nothing can be saved right now
api-full-detail = The disk behind this server is full, and whoever runs it has been alerted. Nothing was changed. Send the same call again later.
api-fault-title = Something broke on our side
api-fault-detail = It isn't the caller's fault. Send the same call again in a minute; if it keeps happening, tell whoever runs this server the number in "request".
api-bad-title = The call can't be read
api-bad-detail = It was cut off, or a part of it stands there twice. Nothing was changed.
api-field-missing = This is needed.
api-field-text = A text of 1 to { $most } characters is needed.
api-field-plain = Only printable ASCII characters without spaces can stand here.
api-field-time = A time with its offset is needed, such as 2026-11-26T14:00:00+11:00.
api-field-unknown = There is no such field. Is the name misspelt?
api-field-client = Name the client by exactly one of "id" and "reference", in an object.
api-field-nobody = No client of this practice has this id or reference.
api-field-closed = This client's access is off, so no link would open.
api-field-until-first = The window ends before it begins.
api-field-until-long = A window is seven days long at most.
api-field-until-past = The window is over already.
api-field-until-far = A window ends 400 days from now at the latest.
api-field-return = An address at { $app } is needed, where this key's program lives; at most 500 characters and no #.
api-field-reports = A list of 1 to { $most } reports is needed.
api-field-action = Either "failed" or "delayed" is needed.

record-name-api-key-made = Key for a program made
record-event-api-key-made = { $actor } made a key for a program
record-name-api-key-ended = Key for a program ended
record-event-api-key-ended = { $actor } ended the key of a program
mail-api-key-made-administrators-subject = A key for a program was made at { $practice }
mail-api-key-made-administrators-text =
    Hello { $name },
    A key was made for the program “{ $key }” at { $practice }, on { $time }. With it the program can make links that open one thing for one client.
    If nobody of you asked for it, have whoever runs your server end it at once, and look at the record:
    { $url }/practice/record
mail-api-key-ended-administrators-subject = A key for a program was ended at { $practice }
mail-api-key-ended-administrators-text =
    Hello { $name },
    The key of the program “{ $key }” at { $practice } was ended on { $time }. The program can't make links any more; links that it made before go on working.
    If that wasn't meant, have a new key made and give it to the program.
