using static SseAspire.Api.Tests.WrongRequest;
using static SseAspire.Api.Tests.WrongSubscriptions;

namespace SseAspire.Api.Tests;

/// <summary>Requests to publish that must be refused, each with the field that is wrong.</summary>
internal static class WrongPublications
{
    private const int TooMuchData = (256 << 10) + 1;
    private const int TooLargeBody = (8 << 20) + 1;

    public static IEnumerable<WrongRequest> All => [.. OfContentType(), .. OfForm(), .. OfJson(), .. OfBatch(), .. OfSize(), .. OfFraming()];

    private static IEnumerable<WrongRequest> OfContentType()
    {
        const string Right = """{"topic":"refused","data":"x"}""";
        yield return Post("no content type", null, Right, "Content-Type", 415);
        foreach (var type in (string[])
            ["text/plain", "application/jsonx", "multipart/form-data; boundary=x", "application/xml", "text/event-stream", "*/*", "nonsense", ";", "application/x-www-form-urlencodedx"])
        {
            yield return Post($"content type {type}", type, Right, "Content-Type", 415);
        }

        yield return Post("JSON said to be a form", Form, Right, Right);
        yield return Post("a form said to be JSON", Json, "topic=refused&data=x", "body");
        yield return Post("JSON in UTF-16", Json, string.Concat(Right.Select(c => $"{c}\0")), "body");
    }

    private static IEnumerable<WrongRequest> OfForm()
    {
        yield return Post("empty form", Form, "", "data");
        yield return Post("form without topic", Form, "data=x", "topic");
        yield return Post("form with an empty topic", Form, "topic=&data=x", "topic");
        yield return Post("form with one empty topic of two", Form, "topic=refused&topic=&data=x", "topic");
        yield return Post("form with 17 topics", Form, $"{Repeat("topic=refused", 17)}&data=x", "topic");
        yield return Post("form with a topic of 257 bytes", Form, $"topic={new string('x', 257)}&data=x", "topic");
        yield return Post("form with a topic of 17 levels", Form, $"topic={Repeat("a", 17, "/")}&data=x", "topic");
        yield return Post("form without data", Form, "topic=refused", "data");
        yield return Post("form with a misspelt field", Form, "topic=refused&data=x&tpye=x", "tpye");
        yield return Post("form with a private event", Form, "topic=refused&data=x&private=on", "private");
        yield return Post("form with an empty private", Form, "topic=refused&data=x&private=", "private");
        yield return Post("form with 2,001 fields", Form, Repeat("topic=refused", 2_001), "body");
        yield return Post("form with a name that is not UTF-8", Form, "topic=refused&data=x&%FF=x", "body");
        yield return Post("form with raw bytes that are not UTF-8", Form, "topic=refused&data=\u00ff\u00fe", "data");
        yield return Post("form in Latin-1", $"{Form}; charset=iso-8859-1", "topic=refused&data=caf\u00e9", "data");
        foreach (var topic in (string[])["*", "**", "a/*", "*/a", "a/**", "a/*/b", "%2A"])
        {
            yield return Post($"form with topic {topic}", Form, $"topic={topic}&data=x", "topic");
        }

        foreach (var field in (string[])["data", "type", "id", "retry", "private"])
        {
            yield return Post($"form with {field} twice", Form, $"topic=refused&{(field == "data" ? "" : "data=x&")}{field}=1&{field}=1", field);
        }

        foreach (var field in (string[])["topic", "data", "type", "id"])
        {
            var rest = field is "topic" ? "data=x" : field is "data" ? "topic=refused" : "topic=refused&data=x";
            foreach (var wrong in NotUtf8)
            {
                yield return Post($"form with {field}={wrong}", Form, $"{rest}&{field}={wrong}", field);
            }

            yield return Post($"form with a broken escape in {field}", Form, $"{rest}&{field}=100%", field);
            if (field is not "data")
            {
                foreach (var control in Controls)
                {
                    yield return Post($"form with {field}=a{control}id: 1", Form, $"{rest}&{field}=a{control}id:+1", field);
                }
            }
        }

        foreach (var retry in (string[])["-1", "99999999999999999999", "2147483647", "3600001", "2147483648", "soon", "1.5", "%0A1", "1e3"])
        {
            yield return Post($"form with retry={retry}", Form, $"topic=refused&data=x&retry={retry}", "retry");
        }

        foreach (var type in (string[])["error", "open", "gap", "heartbeat", new string('t', 257)])
        {
            yield return Post($"form with type {type}", Form, $"topic=refused&data=x&type={type}", "type");
        }

        foreach (var id in (string[])["earliest", "1-1", "1795363132834-1041", "99999999999999999999999-1", new string('i', 257)])
        {
            yield return Post($"form with id {id}", Form, $"topic=refused&data=x&id={id}", "id");
        }
    }

    private static IEnumerable<WrongRequest> OfJson()
    {
        foreach (var body in (string[])
        [
            "", " ", "{", "}", "[", "]", "null", "true", "1", "\"text\"", "[]", "{]", "{\"topic\"}", "{'topic':'a'}", "{\"topic\":\"a\",}",
            "{\"topic\":\"a\" \"data\":\"x\"}", "{\"topic\":\"refused\",\"data\":\"x\"} trailing", "{\"topic\":\"refused\",\"data\":\"x\"}{}",
            "{\"topic\":\"refused\",\"data\":NaN}", "{\"topic\":\"refused\",\"data\":01}", "{\"topic\":\"refused\",\"data\":\"a\nb\"}",
            "/* */{\"topic\":\"refused\",\"data\":\"x\"}", "{\"topic\":\"refused\",\"data\":\"\\x41\"}", "{\"topic\":\"refused\",\"data\":\"\\u12\"}",
            "\u00ff\u00fe{\"topic\":\"refused\",\"data\":\"x\"}",
        ])
        {
            yield return Post($"JSON {body.ReplaceLineEndings("⏎")}", Json, body, "body");
        }

        yield return Post("JSON 1,000 levels deep", Json, $$"""{"topic":"refused","data":{{new string('[', 1_000)}}{{new string(']', 1_000)}}}""", "body");
        yield return Post("JSON of 100,000 open brackets", Json, new string('[', 100_000), "body");
        yield return Post("JSON with a name that is a lone surrogate", Json, """{"topic":"refused","data":"x","\ud800":1}""", "body");
        foreach (var (field, rest) in ((string, string)[])
            [("topic", "\"data\":\"x\""), ("data", "\"topic\":\"refused\""), ("type", "\"topic\":\"refused\",\"data\":\"x\""), ("id", "\"topic\":\"refused\",\"data\":\"x\"")])
        {
            yield return WithField(field, rest, "\"\\ud800\"", "a lone surrogate");
            yield return WithField(field, rest, "\"\\udc00\\ud800\"", "surrogates the wrong way round");
            yield return WithField(field, rest, "\"a\u00ffb\"", "bytes that are not UTF-8");
            yield return Post($"JSON with {field} twice", Json, $$"""{{{rest}},"{{field}}":"a","{{field}}":"b"}""", field);
            if (field is not "data")
            {
                foreach (var (value, what) in ((string, string)[])
                [
                    ("1", "a number"), ("true", "a truth value"), ("{}", "an object"), ("\"a\\nb\"", "a line feed"), ("\"a\\rb\"", "a carriage return"),
                    ("\"a\\u0000b\"", "NUL"), ("\"\\u0085\"", "a next line"), ("\"\"", "nothing"), ($"\"{new string('x', 257)}\"", "257 bytes"),
                ])
                {
                    yield return WithField(field, rest, value, what);
                }
            }
        }

        yield return WithField("topic", "\"data\":\"x\"", "null", "null");
        yield return WithField("topic", "\"data\":\"x\"", "[]", "an empty array");
        yield return WithField("topic", "\"data\":\"x\"", "[\"refused\",1]", "an array with a number");
        yield return WithField("topic", "\"data\":\"x\"", "[\"refused\",\"a\\nb\"]", "an array with a line feed");
        yield return WithField("type", "\"topic\":\"refused\",\"data\":\"x\"", "[\"a\"]", "an array");
        yield return WithField("type", "\"topic\":\"refused\",\"data\":\"x\"", "\"gap\"", "the hub's own word gap");
        yield return WithField("type", "\"topic\":\"refused\",\"data\":\"x\"", "\"heartbeat\"", "the hub's own word heartbeat");
        yield return WithField("id", "\"topic\":\"refused\",\"data\":\"x\"", "\"5-5\"", "the form of a place in the log");
        foreach (var retry in (string[])["-1", "2147483648", "1e30", "1.5", "\"10\"", "true", "[1]"])
        {
            yield return WithField("retry", "\"topic\":\"refused\",\"data\":\"x\"", retry, retry);
        }

        yield return WithField("private", "\"topic\":\"refused\",\"data\":\"x\"", "true", "true");
        yield return WithField("private", "\"topic\":\"refused\",\"data\":\"x\"", "false", "false");
        yield return WithField("Topic", "\"topic\":\"refused\",\"data\":\"x\"", "\"x\"", "a capital");
        yield return WithField("at", "\"topic\":\"refused\",\"data\":\"x\"", "\"2026-01-01\"", "what only the hub says");
        yield return Post(
            "JSON with a field whose name is very long", Json, $$"""{"topic":"refused","data":"x","{{new string('n', 5_000)}}":1}""", new string('n', 100) + "…");
    }

    private static IEnumerable<WrongRequest> OfBatch()
    {
        const string Good = """{"topic":"refused","data":"x"}""";
        foreach (var (bad, field) in ((string, string)[])
        [
            ("""{"data":"x"}""", "[3].topic"), ("""{"topic":"a\nb","data":"x"}""", "[3].topic"), ("""{"topic":"refused"}""", "[3].data"),
            ("""{"topic":"refused","data":"x","type":"a\rb"}""", "[3].type"), ("""{"topic":"refused","data":"x","type":"gap"}""", "[3].type"),
            ("""{"topic":"refused","data":"x","id":"1-1"}""", "[3].id"), ("""{"topic":"refused","data":"x","retry":-1}""", "[3].retry"),
            ("""{"topic":"refused","data":"x","private":true}""", "[3].private"), ("""{"topic":"refused","data":"x","other":1}""", "[3].other"),
            ("""{"topic":"refused","data":"x","data":"y"}""", "[3].data"), ("""{"topic":"refused","data":"\ud800"}""", "[3].data"),
            ("1", "[3]"), ("null", "[3]"), ("[]", "[3]"), ("\"x\"", "[3]"), ("""{"topic":"refused","data":"x","\ud800":1}""", "[3]"),
        ])
        {
            yield return Post($"batch with {bad}", Json, $"[{Good},{Good},{Good},{bad},{Good}]", field);
        }

        yield return Post("batch of 1,001", Json, $"[{Repeat(Good, 1_001, ",")}]", "body");
        yield return Post(
            "batch with too much data in one", Json, $$"""[{{Good}},{"topic":"refused","data":"{{new string('x', TooMuchData)}}"}]""", "[1].data", 413);
    }

    private static IEnumerable<WrongRequest> OfSize()
    {
        yield return Post("form with too much data", Form, $"topic=refused&data={new string('x', TooMuchData)}", "data", 413);
        yield return Post("JSON with too much data", Json, $$"""{"topic":"refused","data":"{{new string('x', TooMuchData)}}"}""", "data", 413);
        yield return Post("huge body", Form, $"topic=refused&data={new string('x', TooLargeBody)}", "body", 413);
        yield return Raw(
            "huge body that is only announced",
            $"POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: {Json}\r\nContent-Length: 9223372036854775807\r\n\r\n", "body", 413);
        yield return Raw(
            "huge body in chunks",
            $"POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: {Form}\r\nTransfer-Encoding: chunked\r\n\r\n"
            + Repeat($"10000\r\n{new string('x', 0x10000)}\r\n", 130, ""),
            "body", 413);
    }

    private static IEnumerable<WrongRequest> OfFraming()
    {
        const string Head = $"POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: {Form}\r\n";
        yield return Raw("a chunk whose size is no number", $"{Head}Transfer-Encoding: chunked\r\n\r\nzz\r\ntopic=refused&data=x\r\n0\r\n\r\n", "body");
        yield return Raw("a chunk with a negative size", $"{Head}Transfer-Encoding: chunked\r\n\r\n-5\r\ntopic=refused&data=x\r\n0\r\n\r\n", "body");
        yield return Raw("a chunk longer than it says", $"{Head}Transfer-Encoding: chunked\r\n\r\n5\r\ntopic=refused&data=x\r\n0\r\n\r\n", "body");
        yield return Raw("two lengths", $"{Head}Content-Length: 3\r\nContent-Length: 30\r\n\r\ntopic=refused&data=x", null);
        yield return Raw("a negative length", $"{Head}Content-Length: -1\r\n\r\ntopic=refused&data=x", null);
        yield return Raw("a length that is no number", $"{Head}Content-Length: many\r\n\r\ntopic=refused&data=x", null);
        yield return Raw("a coding that nobody knows", $"{Head}Transfer-Encoding: nonsense\r\n\r\ntopic=refused&data=x", null);
    }

    private static WrongRequest WithField(string field, string rest, string value, string what) =>
        Post($"JSON with {what} as {field}", Json, $$"""{{{rest}},"{{field}}":{{value}}}""", field);
}
