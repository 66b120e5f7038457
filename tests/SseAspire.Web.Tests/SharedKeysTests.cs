using System.Net;
using System.Text.RegularExpressions;
using SseAspire.EmbeddedRedis;
using SseAspire.Testing;

namespace SseAspire.Web.Tests;

/// <summary>A form that one replica of the front end has rendered, sent to another.</summary>
public sealed partial class SharedKeysTests : IDisposable
{
    private readonly EmbeddedRedisServer _redis = EmbeddedRedisServer.Start();
    private readonly DirectoryInfo _machines = Directory.CreateTempSubdirectory("sse-aspire-machines-");
    private readonly HttpClient _visitor = new();
    private int _started;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_taken_where_they_share_a_redis()
    {
        await using var one = await StartAsync(_redis.ConnectionString);
        await using var other = await StartAsync(_redis.ConnectionString);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SendAsync(await RenderAsync(one), other));
    }

    [Fact]
    public async Task It_is_taken_by_the_one_that_is_deployed_after()
    {
        Dictionary<string, string> form;
        await using (var before = await StartAsync(_redis.ConnectionString))
        {
            form = await RenderAsync(before);
        }

        await using var after = await StartAsync(_redis.ConnectionString);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SendAsync(form, after));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_refused_where_they_share_nothing_or_serve_different_hubs(bool hubs)
    {
        await using var one = await StartAsync(hubs ? _redis.ConnectionString : "", ("Log__Hub", "one"));
        await using var other = await StartAsync(hubs ? _redis.ConnectionString : "", ("Log__Hub", "other"));
        var form = await RenderAsync(one);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SendAsync(form, one));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(form, other));
    }

    [Fact]
    public async Task A_front_end_is_not_ready_before_it_has_the_keys()
    {
        await using var cable = Cable.To(0);
        cable.Unplug();
        var starting = StartAsync($"127.0.0.1:{cable.Port},password={_redis.Password}");
        await Task.Delay(TimeSpan.FromSeconds(5), Cancellation);
        Assert.False(starting.IsCompleted);

        cable.LeadTo(_redis.Port);
        cable.Plug();

        await using var web = await starting;
        Assert.NotEqual("", (await RenderAsync(web))["__RequestVerificationToken"]);
    }

    public void Dispose()
    {
        _visitor.Dispose();
        _redis.Dispose();
        _machines.Delete(recursive: true);
    }

    /// <summary>Starts one as on a machine of its own: it shares no folder with another.</summary>
    private Task<ServiceProcess> StartAsync(string redis, params (string Name, string Value)[] settings) =>
        ServiceProcess.StartAsync(
            "SseAspire.Web",
            [
                ("HOME", _machines.CreateSubdirectory($"{_started++}").FullName),
                ("ConnectionStrings__broker", redis),
                // No hub: a form that is taken fails at publishing, which is after the token was looked at.
                ("services__api__http__0", $"http://127.0.0.1:{ServiceProcess.FreePort()}"),
                .. settings,
            ]);

    private async Task<Dictionary<string, string>> RenderAsync(ServiceProcess web)
    {
        var page = await _visitor.GetStringAsync(web.Address, Cancellation);
        return new()
        {
            ["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value,
            ["Input.Text"] = "From one to the other",
        };
    }

    private async Task<HttpStatusCode> SendAsync(Dictionary<string, string> form, ServiceProcess web)
    {
        using var content = new FormUrlEncodedContent(form);
        using var answer = await _visitor.PostAsync(new Uri(web.Address, "/?handler=Notify"), content, Cancellation);
        return answer.StatusCode;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
