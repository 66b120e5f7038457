using SseAspire.ServiceDefaults;
using SseAspire.Web.Console;
using SseAspire.Web.Demonstration;
using SseAspire.Web.Hub;
using SseAspire.Web.Lab;
using SseAspire.Web.Languages;
using SseAspire.Web.Learn;
using SseAspire.Web.Live;
using SseAspire.Web.Recover;
using SseAspire.Web.Security;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();

builder.Services.AddOptions<ApiOptions>()
    .BindConfiguration(ApiOptions.Section).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<ReceiptOptions>()
    .BindConfiguration(ReceiptOptions.Section).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<DemonstrationOptions>()
    .Configure<IHostEnvironment>((demonstration, environment) => demonstration.Enabled = environment.IsDevelopment())
    .BindConfiguration(DemonstrationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<ConsoleOptions>()
    .Configure<IHostEnvironment>((console, environment) => console.Publish = environment.IsDevelopment())
    .BindConfiguration(ConsoleOptions.Section).ValidateOnStart();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddHubClients();
builder.AddSharedKeys();
builder.Services.AddConsole();
// The cookie of a form that came over TLS is sent over nothing else.
builder.Services.AddAntiforgery(forms => forms.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);

builder.Services.AddSingleton<LabClock>();
builder.Services.AddSingleton<LabRuns>();
builder.Services.AddSingleton<VisitorLimiter>();
builder.Services.AddLanguages();
builder.Services.AddScoped<Figures>();
builder.Services.AddScoped<MeasuredClaims>();
builder.Services.AddSingleton<Visits>();
builder.Services.AddHostedService<VisitPublisher>();
builder.Services.AddRazorPages().AddValidationTexts();

var app = builder.Build();

app.UseSecurityHeaders();
app.UseLanguages();
app.UseExceptionHandler("/error");
app.UseStatusCodePagesWithReExecute("/error/{0}");
if (!app.Environment.IsDevelopment())
{
    app.UseHsts();
}

app.UseRateLimiter();

app.MapDefaultEndpoints();
app.MapStaticAssets();
app.MapLab();
app.MapConsole();
app.MapRazorPages().WithStaticAssets();

app.Run();
