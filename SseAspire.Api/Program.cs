using SseAspire.Api;
using SseAspire.Api.Http;
using SseAspire.Api.Operations;
using SseAspire.Api.Telemetry;
using SseAspire.Broker;
using SseAspire.ServiceDefaults;

// A restarted host counts on: its metrics belong to the process.
using var processMetrics = new ProcessMetrics();
using var hubMetrics = new HubMetrics(processMetrics.Meters, TimeProvider.System);
Restart restart;
do
{
    var builder = WebApplication.CreateBuilder(args);

    builder.AddServiceDefaults(processMetrics);
    builder.AddSeparateTraces("browser", BrowserTraces.Name);
    builder.WebHost.ConfigureKestrel(ServerLimits.Apply).ConfigureKestrel(ServerConnections.Apply);
    builder.AddEventLog();
    builder.Services.AddSingleton(hubMetrics);
    builder.Services.AddHub();
    builder.Services.AddHubTelemetry();
    builder.Services.AddPublishing(builder.Environment);
    builder.Services.AddOperations(builder.Environment);
    builder.Services.AddProblems();
    OpenApiDocumentEndpoint.Register(builder.Services);
    CorsSettings.Register(builder.Services);

    var app = builder.Build();

    app.Use(OpenConnections.TrackAsync);
    app.UseExceptionHandler();
    app.UseMetering();
    app.Use(app.Services.GetRequiredService<Drain>().LetGoAsync);
    app.UseStatusCodePages(Problems.WriteStatusAsync);
    app.UseCors();
    app.UseRateLimiter();
    app.UseWebSockets();
    app.MapDefaultEndpoints();
    app.MapApi();

    restart = app.Services.GetRequiredService<Restart>();
    app.Run();
}
while (restart.IsAsked);
