using SseAspire.Broker;
using SseAspire.Producer;
using SseAspire.Producer.Operations;
using SseAspire.Producer.Sources;
using SseAspire.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddEventLog();

builder.AddSource<HostSource, HostSourceOptions>(HostSourceOptions.Section);
builder.AddSource<EarthquakeSource, EarthquakeSourceOptions>(EarthquakeSourceOptions.Section);
builder.AddSource<RelaySource, RelaySourceOptions>(RelaySourceOptions.Section);
builder.AddSourceRunner();
builder.AddOperations();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapOperations();
app.Run();
