"""
What vendors refuse and files lack, as connectors say it, in English and Spanish. A name in braces stands for whatever
is there; what a vendor says itself stays as it is.
"""

from __future__ import annotations

from kpis.words import Text

REFUSALS = (
    # Every vendor
    Text(en="{vendor} refused the credentials ({why}).", es="{vendor} rechazó las credenciales ({why})."),
    Text(
        en="{vendor} refused more requests for now while {doing} and asks to wait {seconds} s.",
        es="{vendor} no admite más llamadas por ahora al {doing} y pide esperar {seconds} s.",
    ),
    Text(
        en="{vendor} refused more requests for now while {doing}.",
        es="{vendor} no admite más llamadas por ahora al {doing}.",
    ),
    Text(
        en="Run again later: the pull goes on where it stopped. Or slow down this account's other apps.",
        es="Ejecútelo de nuevo más tarde: la lectura sigue donde se detuvo. O frene las otras aplicaciones de esta"
        " cuenta.",
    ),
    Text(
        en="{vendor} did not answer properly while {doing}: {why}, {times} times.",
        es="{vendor} no respondió como debe al {doing}: {why}, {times} veces.",
    ),
    Text(
        en="Run again later: data and cursor are as they were, the next run goes on from there.",
        es="Ejecútelo de nuevo más tarde: datos y cursor están como estaban, la próxima ejecución sigue desde ahí.",
    ),
    Text(en="The secret {reference} is not set.", es="El secreto {reference} no está puesto."),
    Text(
        en="export {name}=…, or name a file that holds it in `env_file`.",
        es="export {name}=…, o nombre en `env_file` un archivo que lo contenga.",
    ),
    Text(en="Store it: keyring set noria {name}", es="Guárdelo: keyring set noria {name}"),
    # Salesforce
    Text(
        en="Salesforce refused the session while {doing} ({said}).",
        es="Salesforce rechazó la sesión al {doing} ({said}).",
    ),
    Text(
        en="Sign in anew: give a fresh access_token, or client_id and client_secret, which renew themselves.",
        es="Inicie sesión de nuevo: dé un access_token nuevo, o client_id y client_secret, que se renuevan solos.",
    ),
    Text(
        en="Paste a fresh access token, or use client_id and client_secret, which renew themselves.",
        es="Pegue un token de acceso nuevo, o use client_id y client_secret, que se renuevan solos.",
    ),
    Text(
        en="Salesforce allows no more requests today; it stopped while {doing} ({said}).",
        es="Salesforce no admite más llamadas hoy; se detuvo al {doing} ({said}).",
    ),
    Text(
        en="Run again when the 24-hour allocation has room (Setup > Company Information shows it); the pull goes on"
        " where it stopped.",
        es="Ejecútelo de nuevo cuando la asignación de 24 horas tenga sitio (se ve en Setup > Company Information); la"
        " lectura sigue donde se detuvo.",
    ),
    Text(
        en="Salesforce does not let this organisation or user use the API ({said}).",
        es="Salesforce no deja usar la API a esta organización o usuario ({said}).",
    ),
    Text(
        en="Give the integration user the permission API Enabled, in an edition that includes the API.",
        es="Dé al usuario de integración el permiso API Enabled, en una edición que incluya la API.",
    ),
    Text(
        en="Grant the integration user access to it in a permission set (Setup > Permission Sets > Object Settings), or"
        " leave it out.",
        es="Dé acceso al usuario de integración en un conjunto de permisos (Setup > Permission Sets > Object Settings),"
        " o déjelo fuera.",
    ),
    Text(
        en="Check the API name in the mapping and that the integration user may see the field.",
        es="Compruebe el nombre de API en mapping y que el usuario de integración pueda ver el campo.",
    ),
    Text(
        en="Give the integration user View All Data, and do not set use_bulk_above to 0.",
        es="Dé al usuario de integración View All Data, y no ponga use_bulk_above a 0.",
    ),
    Text(en="Set a newer api_version.", es="Ponga una api_version más nueva."),
    Text(
        en="Run `noria check`; if it finds nothing, report this message.",
        es="Ejecute `noria check`; si no encuentra nada, comunique este mensaje.",
    ),
    Text(en="Check client_id: the consumer key of the app.", es="Revise client_id: la consumer key de la aplicación."),
    Text(
        en="Check client_secret: the consumer secret of the app.",
        es="Revise client_secret: el consumer secret de la aplicación.",
    ),
    Text(
        en="Let an administrator pre-authorise the integration user for the app (and check username, domain and"
        " private_key).",
        es="Haga que un administrador autorice de antemano al usuario de integración para la aplicación (y revise"
        " username, domain y private_key).",
    ),
    Text(
        en="Check domain, client_id and the secret against the External Client App.",
        es="Compare domain, client_id y el secreto con los de la External Client App.",
    ),
    Text(
        en="Store the whole PEM of a key without passphrase, with its first and last line.",
        es="Guarde entero el PEM de una clave sin contraseña, con su primera y su última línea.",
    ),
    Text(
        en="Grant the integration user Customize Application, Modify Metadata Through Metadata API Functions, Manage"
        " Profiles and Permission Sets, and View Setup and Configuration; or let an administrator create what the plan"
        " lists.",
        es="Dé al usuario de integración Customize Application, Modify Metadata Through Metadata API Functions, Manage"
        " Profiles and Permission Sets, y View Setup and Configuration; o haga que un administrador cree lo que lista"
        " el plan.",
    ),
    # HubSpot
    Text(
        en="HubSpot refused the access token while {doing} (HTTP {said}).",
        es="HubSpot rechazó el token de acceso al {doing} (HTTP {said}).",
    ),
    Text(
        en="Make a service key or private app in HubSpot with the scopes that README lists, and store its token.",
        es="Cree en HubSpot una service key o una aplicación privada con los permisos (scopes) que lista README, y"
        " guarde su token.",
    ),
    Text(
        en="The token lacks a scope for {doing}: one that its message does not name.",
        es="Al token le falta un permiso (scope) para {doing}: uno que su mensaje no nombra.",
    ),
    Text(
        en="The token lacks a scope for {doing}: {scopes}.",
        es="Al token le falta un permiso (scope) para {doing}: {scopes}.",
    ),
    Text(
        en="Add the scope {scopes} in HubSpot (Settings > Development > Keys), or leave this object out; some scopes"
        " need a higher edition of HubSpot.",
        es="Añada el scope {scopes} en HubSpot (Settings > Development > Keys), o deje fuera este objeto; algunos piden"
        " una edición superior de HubSpot.",
    ),
    Text(
        en="HubSpot does not know the resource for {doing} (HTTP 404).",
        es="HubSpot no conoce el recurso para {doing} (HTTP 404).",
    ),
    Text(
        en="Some objects need a higher edition of HubSpot: leave this one out; or check `base_url`.",
        es="Algunos objetos piden una edición superior de HubSpot: deje fuera este; o revise `base_url`.",
    ),
    Text(en="HubSpot refused {doing} (HTTP {status}): {said}", es="HubSpot denegó {doing} (HTTP {status}): {said}"),
    Text(
        en="See the message; HubSpot's support finds this request by its time.",
        es="Vea el mensaje; el soporte de HubSpot encuentra esta llamada por su hora.",
    ),
    Text(
        en="See the message; HubSpot's support finds this request by {id}.",
        es="Vea el mensaje; el soporte de HubSpot encuentra esta llamada por {id}.",
    ),
    Text(
        en="The portal has no life-cycle stage {stage}.",
        es="El portal no tiene ninguna etapa de ciclo de vida {stage}.",
    ),
    Text(en="Name one by its internal name: {hint}", es="Nombre una por su nombre interno: {hint}"),
    # Google
    Text(
        en="Google refused the key of the service account {email} ({said}).",
        es="Google rechazó la clave de la cuenta de servicio {email} ({said}).",
    ),
    Text(
        en="Make a new JSON key for the account in Google Cloud (IAM, Service accounts, Keys) and store it; check that"
        " this machine's clock is right.",
        es="Cree una clave JSON nueva para la cuenta en Google Cloud (IAM, Service accounts, Keys) y guárdela;"
        " compruebe que el reloj de esta máquina va bien.",
    ),
    Text(
        en="Google gave no access token to {email}: its token endpoint did not answer properly.",
        es="Google no dio ningún token de acceso a {email}: su servicio de tokens no respondió como debe.",
    ),
    Text(
        en="Run again later: nothing was read or written.",
        es="Ejecútelo de nuevo más tarde: no se leyó ni escribió nada.",
    ),
    Text(
        en="The service account's key cannot be used: {why}.",
        es="La clave de la cuenta de servicio no se puede usar: {why}.",
    ),
    Text(
        en="Store the JSON key that Google Cloud gives (IAM, Service accounts, Keys), or the path of that file.",
        es="Guarde la clave JSON que da Google Cloud (IAM, Service accounts, Keys), o la ruta de ese archivo.",
    ),
    Text(
        en="Google refused the service account {email} while {doing} (HTTP 401: {said}).",
        es="Google rechazó la cuenta de servicio {email} al {doing} (HTTP 401: {said}).",
    ),
    Text(
        en="Make a new JSON key for the account in Google Cloud and store it.",
        es="Cree una clave JSON nueva para la cuenta en Google Cloud y guárdela.",
    ),
    Text(
        en="The {api} is switched off in the service account's project ({said}).",
        es="La {api} está apagada en el proyecto de la cuenta de servicio ({said}).",
    ),
    Text(
        en="Switch the {api} on in Google Cloud, under APIs & Services, and run again.",
        es="Encienda la {api} en Google Cloud, en APIs & Services, y ejecútelo de nuevo.",
    ),
    Text(en="The access token lacks the scope {scope}.", es="Al token de acceso le falta el scope {scope}."),
    Text(en="Allow the service account this scope.", es="Permita ese scope a la cuenta de servicio."),
    Text(
        en="Less than a tenth of a quota of property {property} is left ({said}), so the pull stopped itself.",
        es="Queda menos de un décimo de una cuota de la propiedad {property} ({said}), así que la lectura se detuvo.",
    ),
    Text(
        en="Run again in an hour, or tomorrow for tokensPerDay: the pull goes on where it stopped.",
        es="Ejecútelo de nuevo en una hora, o mañana si es tokensPerDay: la lectura sigue donde se detuvo.",
    ),
    Text(
        en="The service account {email} may not read property {property} (HTTP 403: {said}).",
        es="La cuenta de servicio {email} no puede leer la propiedad {property} (HTTP 403: {said}).",
    ),
    Text(
        en="Check the number; then, in Google Analytics under Admin, Property access management, add {email} as a"
        " Viewer.",
        es="Revise el número; después, en Google Analytics, en Admin, Property access management, añada a {email} como"
        " Viewer.",
    ),
    Text(
        en="Google Analytics refused a request while {doing} (HTTP {said}).",
        es="Google Analytics denegó una llamada al {doing} (HTTP {said}).",
    ),
    Text(
        en="If it names a field, the property does not offer it: report it with this message.",
        es="Si nombra un campo, la propiedad no lo ofrece: comuníquelo con este mensaje.",
    ),
    Text(
        en="The service account {email} may not do this: {doing} (HTTP 403: {said}).",
        es="La cuenta de servicio {email} no puede {doing} (HTTP 403: {said}).",
    ),
    Text(
        en="There is no spreadsheet {id} that {email} could open.",
        es="No hay ninguna hoja de cálculo {id} que {email} pueda abrir.",
    ),
    Text(
        en="Check the id. Open the spreadsheet, press Share, and add {email} as an editor.",
        es="Revise el id. Abra la hoja de cálculo, pulse Compartir y añada a {email} como editor.",
    ),
    Text(
        en="Open the spreadsheet, press Share, and add {email} as an editor.",
        es="Abra la hoja de cálculo, pulse Compartir y añada a {email} como editor.",
    ),
    Text(
        en="Google Sheets refused a request while {doing} (HTTP {said}).",
        es="Google Sheets denegó una llamada al {doing} (HTTP {said}).",
    ),
    Text(
        en="Nothing was changed. Run again; if it stays so, report it with this message.",
        es="No se cambió nada. Ejecútelo de nuevo; si sigue igual, comuníquelo con este mensaje.",
    ),
    # Files
    Text(en="There is no folder {folder}.", es="No hay ninguna carpeta {folder}."),
    Text(
        en="Create it, or name the folder that holds the files.",
        es="Créela, o nombre la carpeta que tiene los archivos.",
    ),
    Text(en="There is no table {table}.", es="No hay ninguna tabla {table}."),
    Text(
        en="Two files claim the table {table}: {one} and {other}.",
        es="Dos archivos son de la tabla {table}: {one} y {other}.",
    ),
    Text(en="A file has no header.", es="Un archivo no tiene cabecera."),
    Text(
        en="Write the column names into its first line.", es="Escriba los nombres de las columnas en su primera línea."
    ),
    Text(en="A file is not written in UTF-8.", es="Un archivo no está escrito en UTF-8."),
    Text(
        en="Save it again as UTF-8 (in Excel: “CSV UTF-8”).",
        es="Guárdelo de nuevo como UTF-8 (en Excel: «CSV UTF-8»).",
    ),
    Text(en="A file could not be read as {kind}: {said}.", es="Un archivo no se pudo leer como {kind}: {said}."),
    Text(
        en="Export it again; look for a quotation mark that is never closed.",
        es="Expórtelo de nuevo; busque una comilla que no se cierra.",
    ),
    Text(en="The table {table} has no column {columns}.", es="La tabla {table} no tiene la columna {columns}."),
    Text(en="Rename or remove it. {hints}", es="Cámbiele el nombre o quítela. {hints}"),
    Text(en="The column {columns} stands there twice.", es="La columna {columns} está dos veces."),
    Text(en="Keep one of them.", es="Quédese con una."),
    Text(en="The column 'id' is missing.", es="Falta la columna 'id'."),
    Text(
        en="Add a column id: every row of {table} needs a name of its own.",
        es="Añada una columna id: cada fila de {table} necesita un nombre propio.",
    ),
    Text(en="{count} files cannot be read:\n{problems}", es="{count} archivos no se pueden leer:\n{problems}"),
    Text(en="Mend each as said there.", es="Arregle cada uno como dice ahí."),
    # Last, since anything fits that a vendor refuses
    Text(en="Salesforce refused {doing} ({said}).", es="Salesforce denegó {doing} ({said})."),
)
