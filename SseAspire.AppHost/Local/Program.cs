using SseAspire.AppHost;
using SseAspire.AppHost.Local;

return await LocalApplication.RunAsync(args, static async application =>
{
    var settings = application.Settings;
    var webUrl = $"http://localhost:{settings.Web.Port}";
    var apiUrls = Enumerable.Range(settings.Api.Port, settings.Api.Replicas ?? 1).Select(port => $"http://localhost:{port}").ToArray();
    LocalPort.EnsureFree(settings.Web.Port, "web", "Web__Port");
    foreach (var (replica, _) in apiUrls.Index())
    {
        LocalPort.EnsureFree(settings.Api.Port + replica, "api", "Api__Port");
    }

    // The broker holds the log: every event, in order.
    var broker = await application.StartBrokerAsync();

    // The producer appends what real sources tell.
    var producer = application.Start(new Service("producer", "SseAspire.Producer", $"http://localhost:{LocalPort.Free()}")
    {
        ReadyPath = "/alive",
        Environment =
        {
            ["ConnectionStrings__broker"] = broker,
            ["Operations__Enabled"] = "true",
        },
    });

    // The API streams the log to whoever subscribes. Every replica can resume any client.
    var api = apiUrls.Select((url, replica) => application.Start(new Service(replica == 0 ? "api" : $"api-{replica + 1}", "SseAspire.Api", url)
    {
        Environment =
        {
            ["ConnectionStrings__broker"] = broker,
            ["Cors__Origins__0"] = webUrl,
            ["Operations__Enabled"] = "true",
        },
    })).ToArray();
    await application.ReadyAsync(api);

    // The front end shows it: its pages reach the API from the server, its scripts from the browser.
    var web = new Service("web", "SseAspire.Web", webUrl) { Environment = { ["Api__PublicUrl"] = apiUrls[0] } };
    foreach (var (replica, url) in apiUrls.Index())
    {
        web.Environment[$"services__api__http__{replica}"] = url;
    }

    await application.ReadyAsync(producer, application.Start(web));
    application.Say($"SseAspire is ready: {webUrl}/  (Ctrl+C stops it)");
});
