namespace SseAspire.Web.Console;

/// <summary>C# programs, each a file that <c>dotnet run</c> takes as it is (.NET 10).</summary>
internal static class CSharpCode
{
    public static string Subscribe(Subscription subscription, string hub)
    {
        var (address, start) = (subscription.AddressAt(hub), subscription.Start);
        return subscription.Transport switch
        {
            var transport when transport == ConsoleTransport.Sse => ServerSentEvents(address + start),
            var transport when transport == ConsoleTransport.WebSocket => WebSocket(address + start),
            var transport => Pages(address, start, transport == ConsoleTransport.Poll ? subscription.Interval : 0),
        };
    }

    public static string Publish(IReadOnlyList<KeyValuePair<string, string>> publication, string hub, bool withKey)
    {
        var (import, key) = withKey
            ? ("using System.Net.Http.Headers;\n\n", """
                http.DefaultRequestHeaders.Authorization =
                    new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("PUBLISHING_KEY"));

                """)
            : ("", "");
        var fields = string.Concat(publication.Select(field => $"    new(\"{field.Key}\", {StringLiteral.CSharp(field.Value)}),\n"));
        return $$"""
            {{import}}using var http = new HttpClient();
            {{key}}using var answer = await http.PostAsync({{StringLiteral.CSharp($"{hub}/events")}}, new FormUrlEncodedContent(
            [
            {{fields}}]));
            Console.WriteLine(await answer.Content.ReadAsStringAsync());

            """;
    }

    private static string ServerSentEvents(string address) =>
        $$"""
        using System.Net.ServerSentEvents;

        using var http = new HttpClient();
        await using var stream = await http.GetStreamAsync({{StringLiteral.CSharp(address)}});
        await foreach (var item in SseParser.Create(stream).EnumerateAsync())
        {
            Console.WriteLine($"{item.EventId} {item.EventType}: {item.Data}");
        }

        """;

    private static string WebSocket(string address) =>
        $$"""
        using System.Net.WebSockets;

        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri({{StringLiteral.CSharp(address)}}), CancellationToken.None);
        while (socket.State == WebSocketState.Open)
        {
            using var message = new StreamReader(WebSocketStream.CreateReadableMessageStream(socket));
            Console.WriteLine(await message.ReadToEndAsync());
        }

        """;

    private static string Pages(string address, string start, int interval)
    {
        var pause = interval > 0 ? $"\n    await Task.Delay(TimeSpan.FromSeconds({interval}));" : "";
        return $$"""
            using System.Text.Json.Nodes;

            using var http = new HttpClient();
            var start = {{StringLiteral.CSharp(start)}};
            while (true)
            {
                var page = JsonNode.Parse(await http.GetStringAsync({{StringLiteral.CSharp(address)}} + start))!;
                foreach (var item in page["events"]!.AsArray())
                {
                    Console.WriteLine($"{item!["id"]} {item["type"]}: {item["data"]}");
                }

                start = $"&after={page["next"]}";{{pause}}
            }

            """;
    }
}
