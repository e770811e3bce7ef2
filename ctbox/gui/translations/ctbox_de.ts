<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Scroll</source>
        <translation>Blättern</translation>
    </message>
    <message>
        <source>Display</source>
        <translation>Anzeige</translation>
    </message>
    <message>
        <source>Left mouse button</source>
        <translation>Linke Maustaste</translation>
    </message>
    <message>
        <source>Boxes and outline</source>
        <translation>Boxen und Umriss</translation>
    </message>
    <message>
        <source>Prediction</source>
        <translation>KI-Auswertung</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>Open &amp;folder…</source>
        <translation>&amp;Ordner öffnen…</translation>
    </message>
    <message>
        <source>Open a folder of DICOM files or a TCIA download</source>
        <translation>Einen Ordner mit DICOM-Dateien oder einen TCIA-Download öffnen</translation>
    </message>
    <message>
        <source>Open file or &amp;ZIP…</source>
        <translation>Datei oder &amp;ZIP öffnen…</translation>
    </message>
    <message>
        <source>Open a single DICOM file or a ZIP archive as it lies</source>
        <translation>Eine einzelne DICOM-Datei oder ein ZIP-Archiv öffnen, wie es ist</translation>
    </message>
    <message>
        <source>Read the expert&apos;s boxes for this case from a folder of VOC XML files</source>
        <translation>Die Boxen des Experten zu diesem Fall aus einem Ordner mit VOC-XML-Dateien lesen</translation>
    </message>
    <message>
        <source>Open synthetic chest CT series made on this computer</source>
        <translation>Künstliche Thorax-CT-Serien öffnen, auf diesem Rechner erzeugt</translation>
    </message>
    <message>
        <source>&amp;Save my boxes</source>
        <translation>Eigene Boxen &amp;speichern</translation>
    </message>
    <message>
        <source>Write your boxes as PASCAL VOC files, one a slice</source>
        <translation>Ihre Boxen als PASCAL-VOC-Dateien schreiben, eine je Schicht</translation>
    </message>
    <message>
        <source>Save my boxes &amp;as…</source>
        <translation>Eigene Boxen speichern &amp;unter…</translation>
    </message>
    <message>
        <source>Add folder to &amp;catalogue…</source>
        <translation>Ordner in &amp;Katalog aufnehmen…</translation>
    </message>
    <message>
        <source>Index a collection once; afterwards its series are listed and open at once</source>
        <translation>Eine Sammlung einmal erfassen; danach stehen ihre Serien in der Liste und öffnen sich sofort</translation>
    </message>
    <message>
        <source>Catalo&amp;gue</source>
        <translation>Ka&amp;talog</translation>
    </message>
    <message>
        <source>All patients, studies and series of the folders that were added</source>
        <translation>Alle Patienten, Studien und Serien der aufgenommenen Ordner</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren…</translation>
    </message>
    <message>
        <source>Write boxes for other tools (VOC, COCO, YOLO, CSV, DICOM SR and SEG), or images without the patient&apos;s identity</source>
        <translation>Boxen für andere Programme schreiben (VOC, COCO, YOLO, CSV, DICOM SR und SEG) oder Bilder ohne die Identität des Patienten</translation>
    </message>
    <message>
        <source>Find every defect of a data set, and write corrected copies</source>
        <translation>Jeden Mangel eines Datensatzes finden und korrigierte Kopien schreiben</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>Bee&amp;nden</translation>
    </message>
    <message>
        <source>&amp;Previous slice</source>
        <translation>&amp;Vorige Schicht</translation>
    </message>
    <message>
        <source>&amp;Next slice</source>
        <translation>&amp;Nächste Schicht</translation>
    </message>
    <message>
        <source>&amp;First slice (cranial)</source>
        <translation>&amp;Erste Schicht (kranial)</translation>
    </message>
    <message>
        <source>&amp;Last slice (caudal)</source>
        <translation>&amp;Letzte Schicht (kaudal)</translation>
    </message>
    <message>
        <source>Next slice with a &amp;box</source>
        <translation>Nächste Schicht mit &amp;Box</translation>
    </message>
    <message>
        <source>Go to the next slice with an expert&apos;s or a predicted box</source>
        <translation>Zur nächsten Schicht mit einer Box des Experten oder der KI</translation>
    </message>
    <message>
        <source>Previous slice with a b&amp;ox</source>
        <translation>Vorige Schicht mit B&amp;ox</translation>
    </message>
    <message>
        <source>Go to the previous slice with an expert&apos;s or a predicted box</source>
        <translation>Zur vorigen Schicht mit einer Box des Experten oder der KI</translation>
    </message>
    <message>
        <source>&amp;Cine</source>
        <translation>&amp;Cine</translation>
    </message>
    <message>
        <source>Play through the slices</source>
        <translation>Durch die Schichten laufen</translation>
    </message>
    <message>
        <source>Fewer slices a second</source>
        <translation>Weniger Schichten je Sekunde</translation>
    </message>
    <message>
        <source>Cine fas&amp;ter</source>
        <translation>Cine sc&amp;hneller</translation>
    </message>
    <message>
        <source>More slices a second</source>
        <translation>Mehr Schichten je Sekunde</translation>
    </message>
    <message>
        <source>&amp;Lung window</source>
        <translation>&amp;Lungenfenster</translation>
    </message>
    <message>
        <source>Lung window: W 1400  L −700</source>
        <translation>Lungenfenster: W 1400  L −700</translation>
    </message>
    <message>
        <source>&amp;Mediastinum window</source>
        <translation>&amp;Mediastinumfenster</translation>
    </message>
    <message>
        <source>Mediastinum window: W 350  L 40</source>
        <translation>Mediastinumfenster: W 350  L 40</translation>
    </message>
    <message>
        <source>&amp;Fit to window</source>
        <translation>&amp;Einpassen</translation>
    </message>
    <message>
        <source>Show the whole image</source>
        <translation>Das ganze Bild zeigen</translation>
    </message>
    <message>
        <source>&amp;Reset display</source>
        <translation>Ansicht &amp;zurücksetzen</translation>
    </message>
    <message>
        <source>Lung window, whole image, nothing selected</source>
        <translation>Lungenfenster, ganzes Bild, nichts gewählt</translation>
    </message>
    <message>
        <source>Interpolate between pixels; off shows them as squares</source>
        <translation>Zwischen Pixeln interpolieren; aus zeigt sie als Quadrate</translation>
    </message>
    <message>
        <source>Corner &amp;texts</source>
        <translation>E&amp;cktexte</translation>
    </message>
    <message>
        <source>Corner texts, orientation letters and scale bar</source>
        <translation>Ecktexte, Orientierungsbuchstaben und Maßstab</translation>
    </message>
    <message>
        <source>Patient&apos;s &amp;identity</source>
        <translation>Patienten&amp;identität</translation>
    </message>
    <message>
        <source>Show who the patient is; off hides it from the image and the series list</source>
        <translation>Zeigt, wer der Patient ist; aus verbirgt es in Bild und Serienliste</translation>
    </message>
    <message>
        <source>&amp;Window/level</source>
        <translation>&amp;Fensterung</translation>
    </message>
    <message>
        <source>Drag right for wider, up for brighter</source>
        <translation>Nach rechts ziehen: weiter, nach oben: heller</translation>
    </message>
    <message>
        <source>&amp;Pan</source>
        <translation>&amp;Verschieben</translation>
    </message>
    <message>
        <source>Drag the image (also with the middle button)</source>
        <translation>Das Bild ziehen (auch mit der mittleren Taste)</translation>
    </message>
    <message>
        <source>&amp;Zoom</source>
        <translation>&amp;Zoom</translation>
    </message>
    <message>
        <source>Drag up to magnify (also with the right button)</source>
        <translation>Nach oben ziehen vergrößert (auch mit der rechten Taste)</translation>
    </message>
    <message>
        <source>&amp;Scroll</source>
        <translation>&amp;Blättern</translation>
    </message>
    <message>
        <source>Drag down to go caudally (also with the wheel)</source>
        <translation>Nach unten ziehen geht nach kaudal (auch mit dem Mausrad)</translation>
    </message>
    <message>
        <source>&amp;Distance</source>
        <translation>&amp;Strecke</translation>
    </message>
    <message>
        <source>Measure a distance in mm</source>
        <translation>Eine Strecke in mm messen</translation>
    </message>
    <message>
        <source>&amp;Angle</source>
        <translation>&amp;Winkel</translation>
    </message>
    <message>
        <source>Measure an angle: draw one arm, then click the end of the other</source>
        <translation>Einen Winkel messen: einen Schenkel ziehen, dann das Ende des anderen klicken</translation>
    </message>
    <message>
        <source>&amp;Ellipse</source>
        <translation>&amp;Ellipse</translation>
    </message>
    <message>
        <source>Mean, SD, least and greatest value and area in an ellipse</source>
        <translation>Mittelwert, SD, kleinster und größter Wert und Fläche in einer Ellipse</translation>
    </message>
    <message>
        <source>Draw &amp;box</source>
        <translation>Bo&amp;x zeichnen</translation>
    </message>
    <message>
        <source>Draw a box of your own around a tumour</source>
        <translation>Eine eigene Box um einen Tumor zeichnen</translation>
    </message>
    <message>
        <source>&amp;Copy measurements</source>
        <translation>Messungen &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy all measurements of this case as text</source>
        <translation>Alle Messungen dieses Falls als Text kopieren</translation>
    </message>
    <message>
        <source>High values dark, as PET is read</source>
        <translation>Hohe Werte dunkel, wie PET gelesen wird</translation>
    </message>
    <message>
        <source>Drag left for wider, down for brighter</source>
        <translation>Nach links ziehen: weiter, nach unten: heller</translation>
    </message>
    <message>
        <source>&amp;Expert&apos;s boxes</source>
        <translation>Boxen des E&amp;xperten</translation>
    </message>
    <message>
        <source>Show the expert&apos;s boxes (solid, green)</source>
        <translation>Die Boxen des Experten zeigen (durchgezogen, grün)</translation>
    </message>
    <message>
        <source>Expert</source>
        <translation>Experte</translation>
    </message>
    <message>
        <source>&amp;Predicted boxes</source>
        <translation>&amp;KI-Boxen</translation>
    </message>
    <message>
        <source>Show the predicted boxes (dashed, orange)</source>
        <translation>Die Boxen der KI zeigen (gestrichelt, orange)</translation>
    </message>
    <message>
        <source>AI</source>
        <translation>KI</translation>
    </message>
    <message>
        <source>Open annotatio&amp;ns…</source>
        <translation>&amp;Annotationen öffnen…</translation>
    </message>
    <message>
        <source>Open sa&amp;mple case</source>
        <translation>&amp;Beispielfall öffnen</translation>
    </message>
    <message>
        <source>Dataset d&amp;octor…</source>
        <translation>&amp;Datensatz prüfen…</translation>
    </message>
    <message>
        <source>Ten slices b&amp;ack</source>
        <translation>Zehn Schichten &amp;zurück</translation>
    </message>
    <message>
        <source>Ten slices fo&amp;rward</source>
        <translation>Zehn Schichten vo&amp;r</translation>
    </message>
    <message>
        <source>Cine &amp;slower</source>
        <translation>Cine lang&amp;samer</translation>
    </message>
    <message>
        <source>Smoot&amp;h pixels</source>
        <translation>Pixel &amp;glätten</translation>
    </message>
    <message>
        <source>Inverted &amp;grey</source>
        <translation>Grau in&amp;vertieren</translation>
    </message>
    <message>
        <source>&amp;Invert window drag</source>
        <translation>Fensterung &amp;umkehren</translation>
    </message>
    <message>
        <source>My &amp;boxes</source>
        <translation>Eigene &amp;Boxen</translation>
    </message>
    <message>
        <source>Show your own boxes (solid, white)</source>
        <translation>Ihre eigenen Boxen zeigen (durchgezogen, weiß)</translation>
    </message>
    <message>
        <source>Mine</source>
        <translation>Eigene</translation>
    </message>
    <message>
        <source>Sobel &amp;outline</source>
        <translation>Sobel-&amp;Umriss</translation>
    </message>
    <message>
        <source>Lay the tumour&apos;s Sobel outline on the slice</source>
        <translation>Den Sobel-Umriss des Tumors auf die Schicht legen</translation>
    </message>
    <message>
        <source>Outline</source>
        <translation>Umriss</translation>
    </message>
    <message>
        <source>Model &amp;attention</source>
        <translation>Mo&amp;dell-Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Lay over the slice where the model looked; it is not a segmentation</source>
        <translation>Auf die Schicht legen, wohin das Modell gesehen hat; keine Segmentierung</translation>
    </message>
    <message>
        <source>&amp;Predict slice</source>
        <translation>&amp;Schicht auswerten</translation>
    </message>
    <message>
        <source>Find tumours on this slice</source>
        <translation>Tumoren auf dieser Schicht suchen</translation>
    </message>
    <message>
        <source>Predict &amp;series</source>
        <translation>S&amp;erie auswerten</translation>
    </message>
    <message>
        <source>Find tumours on every slice of this series</source>
        <translation>Tumoren auf jeder Schicht dieser Serie suchen</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>Serie</translation>
    </message>
    <message>
        <source>&amp;Fine-tune for a subtype…</source>
        <translation>Für einen Subtyp &amp;nachtrainieren…</translation>
    </message>
    <message>
        <source>Teach a model a subtype, and see whether it got better</source>
        <translation>Einem Modell einen Subtyp beibringen und sehen, ob es besser wurde</translation>
    </message>
    <message>
        <source>&amp;Training run</source>
        <translation>&amp;Trainingslauf</translation>
    </message>
    <message>
        <source>Show the training that runs, or go on with one that was cut off</source>
        <translation>Das laufende Training zeigen oder ein unterbrochenes fortsetzen</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>&amp;Modelle…</translation>
    </message>
    <message>
        <source>Cards, the model in use, comparison, export and import</source>
        <translation>Karten, verwendetes Modell, Vergleich, Export und Import</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>Stop the running work</source>
        <translation>Die laufende Arbeit anhalten</translation>
    </message>
    <message>
        <source>&amp;Light theme</source>
        <translation>&amp;Helles Farbschema</translation>
    </message>
    <message>
        <source>Switch between dark and light</source>
        <translation>Zwischen dunkel und hell wechseln</translation>
    </message>
    <message>
        <source>Se&amp;ttings…</source>
        <translation>&amp;Einstellungen…</translation>
    </message>
    <message>
        <source>Look, reading, prediction, folders and the keys of every command</source>
        <translation>Aussehen, Befunden, Auswertung, Ordner und die Tasten aller Befehle</translation>
    </message>
    <message>
        <source>F&amp;ull screen</source>
        <translation>&amp;Vollbild</translation>
    </message>
    <message>
        <source>&amp;Keyboard and mouse</source>
        <translation>&amp;Tastatur und Maus</translation>
    </message>
    <message>
        <source>&amp;User guide</source>
        <translation>&amp;Handbuch</translation>
    </message>
    <message>
        <source>Read how ctbox is used</source>
        <translation>Lesen, wie ctbox benutzt wird</translation>
    </message>
    <message>
        <source>Save bug &amp;report…</source>
        <translation>&amp;Fehlerbericht speichern…</translation>
    </message>
    <message>
        <source>See and save what helps to mend a fault: no patient&apos;s data, no names, no places</source>
        <translation>Ansehen und speichern, was hilft, einen Fehler zu beheben: keine Patientendaten, keine Namen, keine Orte</translation>
    </message>
    <message>
        <source>&amp;About ctbox</source>
        <translation>Ü&amp;ber ctbox</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>Mausrad</translation>
    </message>
    <message>
        <source>Scroll; with Shift ten slices at a time</source>
        <translation>Blättern; mit Umschalt je zehn Schichten</translation>
    </message>
    <message>
        <source>Ctrl + wheel</source>
        <translation>Strg + Mausrad</translation>
    </message>
    <message>
        <source>Zoom at the pointer</source>
        <translation>Zoom am Zeiger</translation>
    </message>
    <message>
        <source>Left drag</source>
        <translation>Links ziehen</translation>
    </message>
    <message>
        <source>Window (right: wider, up: brighter), or the chosen tool</source>
        <translation>Fensterung (rechts: weiter, oben: heller) oder das gewählte Werkzeug</translation>
    </message>
    <message>
        <source>Middle drag</source>
        <translation>Mitte ziehen</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Right drag</source>
        <translation>Rechts ziehen</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>Zoom</translation>
    </message>
    <message>
        <source>Double-click</source>
        <translation>Doppelklick</translation>
    </message>
    <message>
        <source>Fit the whole image</source>
        <translation>Das ganze Bild einpassen</translation>
    </message>
    <message>
        <source>Click on a box</source>
        <translation>Klick auf eine Box</translation>
    </message>
    <message>
        <source>Select it; Ctrl + click pairs it with the selected one</source>
        <translation>Wählt sie; Strg + Klick paart sie mit der gewählten</translation>
    </message>
    <message>
        <source>Drag a box of yours</source>
        <translation>Eigene Box ziehen</translation>
    </message>
    <message>
        <source>Move it; its handles change its size</source>
        <translation>Verschiebt sie; ihre Griffe ändern die Größe</translation>
    </message>
    <message>
        <source>Double-click a box of yours</source>
        <translation>Doppelklick auf eigene Box</translation>
    </message>
    <message>
        <source>Change its label</source>
        <translation>Ändert ihr Label</translation>
    </message>
    <message>
        <source>Lesions</source>
        <translation>Läsionen</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>Inspektor</translation>
    </message>
    <message>
        <source>Predicted without an attention map: predicting again in the background.</source>
        <translation>Ohne Aufmerksamkeitskarte ausgewertet: wird im Hintergrund neu ausgewertet.</translation>
    </message>
    <message>
        <source>Hidden until you reveal the AI.</source>
        <translation>Verborgen, bis Sie die KI aufdecken.</translation>
    </message>
    <message>
        <source>No attention map: this slice is not predicted yet (P).</source>
        <translation>Keine Aufmerksamkeitskarte: Diese Schicht ist noch nicht ausgewertet (P).</translation>
    </message>
    <message>
        <source>This model gives no attention map for this slice.</source>
        <translation>Dieses Modell liefert für diese Schicht keine Aufmerksamkeitskarte.</translation>
    </message>
    <message>
        <source>Hide this notice</source>
        <translation>Hinweis ausblenden</translation>
    </message>
    <message>
        <source>{more} more…</source>
        <translation>{more} weitere…</translation>
    </message>
    <message>
        <source>Catalogue — ctbox</source>
        <translation>Katalog — ctbox</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>Fall</translation>
    </message>
    <message>
        <source>Catalogue</source>
        <translation>Katalog</translation>
    </message>
    <message>
        <source>Add a folder to the catalogue</source>
        <translation>Ordner in den Katalog aufnehmen</translation>
    </message>
    <message>
        <source>One folder at a time: another one is being added.</source>
        <translation>Nur ein Ordner zur Zeit: Ein anderer wird gerade aufgenommen.</translation>
    </message>
    <message>
        <source>Adding {name} to the catalogue</source>
        <translation>{name} wird in den Katalog aufgenommen</translation>
    </message>
    <message>
        <source>Stopped. Add the folder again to go on where it was left.</source>
        <translation>Angehalten. Nehmen Sie den Ordner erneut auf, um dort fortzufahren.</translation>
    </message>
    <message>
        <source>Annotated?</source>
        <translation>Annotiert?</translation>
    </message>
    <message>
        <source>Annotated</source>
        <translation>Annotiert</translation>
    </message>
    <message>
        <source>Not annotated</source>
        <translation>Nicht annotiert</translation>
    </message>
    <message>
        <source>Problems?</source>
        <translation>Probleme?</translation>
    </message>
    <message>
        <source>With problems</source>
        <translation>Mit Problemen</translation>
    </message>
    <message>
        <source>No problems</source>
        <translation>Ohne Probleme</translation>
    </message>
    <message>
        <source>Reviewed?</source>
        <translation>Durchgesehen?</translation>
    </message>
    <message>
        <source>Reviewed</source>
        <translation>Durchgesehen</translation>
    </message>
    <message>
        <source>Not reviewed</source>
        <translation>Nicht durchgesehen</translation>
    </message>
    <message>
        <source>Search the catalogue…</source>
        <translation>Katalog durchsuchen…</translation>
    </message>
    <message>
        <source>Search the catalogue</source>
        <translation>Katalog durchsuchen</translation>
    </message>
    <message>
        <source>Patient, description, vendor, model, kernel, subtype or UID</source>
        <translation>Patient, Beschreibung, Hersteller, Gerät, Kernel, Subtyp oder UID</translation>
    </message>
    <message>
        <source>Subtype</source>
        <translation>Subtyp</translation>
    </message>
    <message>
        <source>Any subtype</source>
        <translation>Jeder Subtyp</translation>
    </message>
    <message>
        <source>Unknown subtype</source>
        <translation>Subtyp unbekannt</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>{reviewed} of {series}</source>
        <translation>{reviewed} von {series}</translation>
    </message>
    <message>
        <source>Patient / series</source>
        <translation>Patient / Serie</translation>
    </message>
    <message>
        <source>Sex</source>
        <translation>Geschl.</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>Vendor</source>
        <translation>Hersteller</translation>
    </message>
    <message>
        <source>Thickness</source>
        <translation>Dicke</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Kernel</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>Phase</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Datum</translation>
    </message>
    <message>
        <source>No description</source>
        <translation>Ohne Beschreibung</translation>
    </message>
    <message>
        <source>Patient {place}</source>
        <translation>Patient {place}</translation>
    </message>
    <message>
        <source>Unknown patient</source>
        <translation>Unbekannter Patient</translation>
    </message>
    <message>
        <source>The catalogue is empty</source>
        <translation>Der Katalog ist leer</translation>
    </message>
    <message>
        <source>Add the folder of your collection once: afterwards its patients are listed here at once, with filters, and a series opens without reading the folder again.</source>
        <translation>Nehmen Sie den Ordner Ihrer Sammlung einmal auf: Danach stehen seine Patienten hier sofort in der Liste, mit Filtern, und eine Serie öffnet sich, ohne den Ordner neu zu lesen.</translation>
    </message>
    <message>
        <source>The folder is being read</source>
        <translation>Der Ordner wird gelesen</translation>
    </message>
    <message>
        <source>Its patients are listed here as they are found; you can go on working meanwhile.</source>
        <translation>Seine Patienten erscheinen hier, sobald sie gefunden sind; Sie können derweil weiterarbeiten.</translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation>Keine Treffer</translation>
    </message>
    <message>
        <source>No series in the catalogue fits the search and the filters.</source>
        <translation>Keine Serie im Katalog passt zu Suche und Filtern.</translation>
    </message>
    <message>
        <source>Show large</source>
        <translation>Groß anzeigen</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>Ordner aufnehmen…</translation>
    </message>
    <message>
        <source>{patients} · {series:,} series</source>
        <translation>{patients} · {series:,} Serien</translation>
    </message>
    <message>
        <source>Clear filters</source>
        <translation>Filter löschen</translation>
    </message>
    <message>
        <source>{words} · {slices:,} images</source>
        <translation>{words} · {slices:,} Bilder</translation>
    </message>
    <message>
        <source>Filter patients and series…</source>
        <translation>Patienten und Serien filtern…</translation>
    </message>
    <message>
        <source>Filter patients and series</source>
        <translation>Patienten und Serien filtern</translation>
    </message>
    <message>
        <source>Series</source>
        <comment>several</comment>
        <translation>Serien</translation>
    </message>
    <message numerus="yes">
        <source>%n patient(s)</source>
        <translation>
            <numerusform>%n Patient</numerusform>
            <numerusform>%n Patienten</numerusform>
        </translation>
    </message>
    <message>
        <source>{words} · {series} series</source>
        <translation>{words} · {series} Serien</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>Skipped file</source>
        <translation>Übergangene Datei</translation>
    </message>
    <message>
        <source>Annotation not readable</source>
        <translation>Annotation nicht lesbar</translation>
    </message>
    <message>
        <source>Annotation without a slice</source>
        <translation>Annotation ohne Schicht</translation>
    </message>
    <message>
        <source>Unknown label</source>
        <translation>Unbekanntes Label</translation>
    </message>
    <message>
        <source>Annotated twice</source>
        <translation>Doppelt annotiert</translation>
    </message>
    <message>
        <source>Annotation notice</source>
        <translation>Hinweis zur Annotation</translation>
    </message>
    <message>
        <source>1 file was skipped</source>
        <translation>1 Datei wurde übergangen</translation>
    </message>
    <message>
        <source>{count} files were skipped</source>
        <translation>{count} Dateien wurden übergangen</translation>
    </message>
    <message>
        <source>1 annotation notice</source>
        <translation>1 Hinweis zur Annotation</translation>
    </message>
    <message>
        <source>{other} annotation notices</source>
        <translation>{other} Hinweise zu Annotationen</translation>
    </message>
    <message>
        <source>{count} reasons</source>
        <translation>{count} Gründe</translation>
    </message>
    <message>
        <source>Skipped files and notices</source>
        <translation>Übergangene Dateien und Hinweise</translation>
    </message>
    <message>
        <source>{count} files in {folder}</source>
        <translation>{count} Dateien in {folder}</translation>
    </message>
    <message>
        <source>one folder</source>
        <translation>einem Ordner</translation>
    </message>
    <message>
        <source>The rest of the case was opened. These files were passed over or need a look:</source>
        <translation>Alles Übrige wurde geöffnet. Diese Dateien wurden übergangen oder sind zu prüfen:</translation>
    </message>
    <message>
        <source>These files of the catalogue&apos;s folders could not be read; all others are in it:</source>
        <translation>Diese Dateien aus den Ordnern des Katalogs konnten nicht gelesen werden; alle anderen sind darin:</translation>
    </message>
    <message>
        <source>Files that are not in the catalogue</source>
        <translation>Dateien, die nicht im Katalog sind</translation>
    </message>
    <message>
        <source>&amp;Copy list</source>
        <translation>Liste &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy every file with its reason, one a line</source>
        <translation>Jede Datei mit ihrem Grund kopieren, eine je Zeile</translation>
    </message>
    <message>
        <source>Patient {number}</source>
        <translation>Patient {number}</translation>
    </message>
    <message>
        <source>{annotated} annotated</source>
        <translation>{annotated} annotiert</translation>
    </message>
    <message>
        <source>acq. {acquisition_number}</source>
        <translation>Akq. {acquisition_number}</translation>
    </message>
    <message>
        <source>{count} slices</source>
        <translation>{count} Schichten</translation>
    </message>
    <message>
        <source>1 slice</source>
        <translation>1 Schicht</translation>
    </message>
    <message>
        <source>secondary capture</source>
        <translation>Sekundäraufnahme</translation>
    </message>
    <message>
        <source>This text, and nothing else, is what is saved. It holds no patient&apos;s data, no names and no places. Add what happened, and take out whatever you like.</source>
        <translation>Dieser Text, und sonst nichts, wird gespeichert. Er enthält keine Patientendaten, keine Namen und keine Orte. Ergänzen Sie, was geschah, und streichen Sie, was Sie möchten.</translation>
    </message>
    <message>
        <source>Text (*.txt);;ZIP archive (*.zip)</source>
        <translation>Text (*.txt);;ZIP-Archiv (*.zip)</translation>
    </message>
    <message>
        <source>Save bug report</source>
        <translation>Fehlerbericht speichern</translation>
    </message>
    <message>
        <source>Bug report, as it will be saved</source>
        <translation>Fehlerbericht, wie er gespeichert wird</translation>
    </message>
    <message>
        <source>&amp;Save…</source>
        <translation>&amp;Speichern…</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
    <message>
        <source>Saved as {chosen}</source>
        <translation>Gespeichert als {chosen}</translation>
    </message>
    <message>
        <source>the disk refused it</source>
        <translation>der Datenträger hat es verweigert</translation>
    </message>
    <message>
        <source>The report could not be saved to {path}: {reason}.</source>
        <translation>Der Bericht konnte nicht unter {path} gespeichert werden: {reason}.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>a series of the catalogue</source>
        <translation>eine Serie des Katalogs</translation>
    </message>
    <message>
        <source>the sample case</source>
        <translation>der Beispielfall</translation>
    </message>
    <message>
        <source>Choose a folder, file or ZIP with DICOM CT images.</source>
        <translation>Wählen Sie einen Ordner, eine Datei oder ein ZIP mit DICOM-CT-Bildern.</translation>
    </message>
    <message>
        <source>{path} holds no DICOM images.</source>
        <translation>{path} enthält keine DICOM-Bilder.</translation>
    </message>
    <message>
        <source> So were {count} more files.</source>
        <translation> Ebenso {count} weitere Dateien.</translation>
    </message>
    <message>
        <source>Nothing could be opened in {path}. Skipped {reason}{rest}</source>
        <translation>In {path} ließ sich nichts öffnen. Übergangen: {reason}{rest}</translation>
    </message>
    <message>
        <source>Reading annotations</source>
        <translation>Annotationen werden gelesen</translation>
    </message>
    <message>
        <source>Model loads on first use</source>
        <translation>Modell lädt bei Bedarf</translation>
    </message>
    <message>
        <source>AI ▸ Predict slice loads it.</source>
        <translation>KI ▸ Schicht auswerten lädt es.</translation>
    </message>
    <message>
        <source>{model} predicts; it loads on first use.</source>
        <translation>{model} wertet aus; es wird bei der ersten Nutzung geladen.</translation>
    </message>
    <message>
        <source>Loading model…</source>
        <translation>Modell wird geladen…</translation>
    </message>
    <message>
        <source>The first time takes some seconds.</source>
        <translation>Beim ersten Mal dauert es einige Sekunden.</translation>
    </message>
    <message>
        <source>{model} predicts on: {device}.</source>
        <translation>{model} rechnet auf: {device}.</translation>
    </message>
    <message>
        <source>The GPU can&apos;t be used: {reason}</source>
        <translation>Die GPU ist nicht nutzbar: {reason}</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>Kein Modell</translation>
    </message>
    <message>
        <source>Prediction: {text}</source>
        <translation>KI: {text}</translation>
    </message>
    <message>
        <source>further down</source>
        <translation>weiter unten</translation>
    </message>
    <message>
        <source>further up</source>
        <translation>weiter oben</translation>
    </message>
    <message>
        <source>No box {where}.</source>
        <translation>Keine Box {where}.</translation>
    </message>
    <message>
        <source>Examining the data set</source>
        <translation>Datensatz wird geprüft</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>Save the doctor&apos;s report</source>
        <translation>Prüfbericht speichern</translation>
    </message>
    <message>
        <source>The report is in {path}.</source>
        <translation>Der Bericht liegt unter {path}.</translation>
    </message>
    <message>
        <source>Where to make the new folder {new_folder}</source>
        <translation>Wo soll der neue Ordner {new_folder} entstehen?</translation>
    </message>
    <message>
        <source>Writing a corrected copy</source>
        <translation>Korrigierte Kopie wird geschrieben</translation>
    </message>
    <message>
        <source>{copied} annotation files in {folder}, {corrected} of them corrected, {left_out} left out; fixes.csv lists every change.</source>
        <translation>{copied} Annotationsdateien in {folder}, davon {corrected} korrigiert, {left_out} ausgelassen; fixes.csv führt jede Änderung auf.</translation>
    </message>
    <message>
        <source>Needs a person</source>
        <translation>Braucht einen Menschen</translation>
    </message>
    <message>
        <source>ctbox has a rule for it</source>
        <translation>ctbox hat eine Regel dafür</translation>
    </message>
    <message>
        <source>Worth knowing</source>
        <translation>Wissenswert</translation>
    </message>
    <message>
        <source>Reads headers and annotation files, never pixels, and changes nothing. A corrected copy goes into a new folder.</source>
        <translation>Liest Header und Annotationsdateien, nie Pixel, und ändert nichts. Eine korrigierte Kopie kommt in einen neuen Ordner.</translation>
    </message>
    <message>
        <source>Dataset doctor</source>
        <translation>Datensatz prüfen</translation>
    </message>
    <message>
        <source>Folder of images</source>
        <translation>Ordner der Bilder</translation>
    </message>
    <message>
        <source>DICOM folder, download or ZIP; may be empty</source>
        <translation>DICOM-Ordner, Download oder ZIP; darf leer bleiben</translation>
    </message>
    <message>
        <source>Folder of annotations</source>
        <translation>Ordner der Annotationen</translation>
    </message>
    <message>
        <source>found beside the images</source>
        <translation>wird neben den Bildern gefunden</translation>
    </message>
    <message>
        <source>Examine</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>Anzahl</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>Befunde</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Save as HTML…</source>
        <translation>Als HTML speichern…</translation>
    </message>
    <message>
        <source>Write corrected copy…</source>
        <translation>Korrigierte Kopie schreiben…</translation>
    </message>
    <message>
        <source>All annotation files, corrected, into a new folder; originals stay</source>
        <translation>Alle Annotationsdateien, korrigiert, in einen neuen Ordner; die Originale bleiben</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Annotations</source>
        <translation>Annotationen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Counting files…</source>
        <translation>Dateien werden gezählt…</translation>
    </message>
    <message>
        <source>{done:,} of {total:,} files</source>
        <translation>{done:,} von {total:,} Dateien</translation>
    </message>
    <message>
        <source>{done:,} of {total:,} annotation files</source>
        <translation>{done:,} von {total:,} Annotationsdateien</translation>
    </message>
    <message>
        <source>Sorting series: {done:,} of {total:,}</source>
        <translation>Serien werden geordnet: {done:,} von {total:,}</translation>
    </message>
    <message>
        <source>Adding to the catalogue</source>
        <translation>Wird zum Katalog hinzugefügt</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>What was read stays; add the folder again to go on.</source>
        <translation>Was gelesen wurde, bleibt; fügen Sie den Ordner erneut hinzu, um fortzufahren.</translation>
    </message>
    <message>
        <source>Adding {name}</source>
        <translation>{name} wird hinzugefügt</translation>
    </message>
    <message>
        <source>stopping…</source>
        <translation>hält an…</translation>
    </message>
    <message>
        <source>{rate:,.0f} files/s</source>
        <translation>{rate:,.0f} Dateien/s</translation>
    </message>
    <message>
        <source>Some findings need a person.</source>
        <translation>Einige Befunde brauchen einen Menschen.</translation>
    </message>
    <message numerus="yes">
        <source>No annotations were found: %n check(s) not made.</source>
        <translation>
            <numerusform>Keine Annotationen gefunden: %n Prüfung nicht gemacht.</numerusform>
            <numerusform>Keine Annotationen gefunden: %n Prüfungen nicht gemacht.</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing needs a person.</source>
        <translation>Nichts braucht einen Menschen.</translation>
    </message>
    <message>
        <source>Checked, nothing found</source>
        <translation>Geprüft, ohne Befund</translation>
    </message>
    <message>
        <source>Examined: {annotation_files:,} annotation files with {boxes:,} boxes; {images:,} images in {series:,} series of {patients}. </source>
        <translation>Geprüft: {annotation_files:,} Annotationsdateien mit {boxes:,} Boxen; {images:,} Bilder in {series:,} Serien, {patients}. </translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>Nicht geprüft</translation>
    </message>
    <message>
        <source>A corrected copy:</source>
        <translation>Eine korrigierte Kopie:</translation>
    </message>
    <message>
        <source>… and {count} more, all of them in the HTML.</source>
        <translation>… und {count} weitere, alle im HTML.</translation>
    </message>
    <message>
        <source>My boxes</source>
        <translation>Eigene Boxen</translation>
    </message>
    <message>
        <source>Nudge left 1 px</source>
        <translation>1 px nach links rücken</translation>
    </message>
    <message>
        <source>Nudge left 5 px</source>
        <translation>5 px nach links rücken</translation>
    </message>
    <message>
        <source>Nudge right 1 px</source>
        <translation>1 px nach rechts rücken</translation>
    </message>
    <message>
        <source>Nudge right 5 px</source>
        <translation>5 px nach rechts rücken</translation>
    </message>
    <message>
        <source>Nudge up 1 px</source>
        <translation>1 px nach oben rücken</translation>
    </message>
    <message>
        <source>Nudge up 5 px</source>
        <translation>5 px nach oben rücken</translation>
    </message>
    <message>
        <source>Nudge down 1 px</source>
        <translation>1 px nach unten rücken</translation>
    </message>
    <message>
        <source>Nudge down 5 px</source>
        <translation>5 px nach unten rücken</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>&amp;Label…</source>
        <translation>&amp;Label…</translation>
    </message>
    <message>
        <source>Give the selected box of yours another label</source>
        <translation>Der gewählten eigenen Box ein anderes Label geben</translation>
    </message>
    <message>
        <source>&amp;Delete my box</source>
        <translation>Eigene Box lös&amp;chen</translation>
    </message>
    <message>
        <source>Remove the selected box of yours; no other box can be removed</source>
        <translation>Die gewählte eigene Box entfernen; keine andere lässt sich entfernen</translation>
    </message>
    <message>
        <source>&amp;Accept AI box or proposal</source>
        <translation>KI-Box oder Vorschlag ü&amp;bernehmen</translation>
    </message>
    <message>
        <source>Make the AI&apos;s box yours (the selected one, else the surest), or confirm this slice&apos;s proposal</source>
        <translation>Macht die Box der KI zu Ihrer (die gewählte, sonst die sicherste) oder bestätigt den Vorschlag dieser Schicht</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>Confirm all &amp;proposals</source>
        <translation>Alle &amp;Vorschläge bestätigen</translation>
    </message>
    <message>
        <source>Make all proposals of this series yours</source>
        <translation>Alle Vorschläge dieser Serie zu Ihren machen</translation>
    </message>
    <message>
        <source>Propose boxes bet&amp;ween</source>
        <translation>Boxen da&amp;zwischen vorschlagen</translation>
    </message>
    <message>
        <source>Interpolate between your boxes of one tumour, to be confirmed or discarded</source>
        <translation>Zwischen Ihren Boxen eines Tumors interpolieren, zum Bestätigen oder Verwerfen</translation>
    </message>
    <message>
        <source>D&amp;iscard proposals</source>
        <translation>V&amp;orschläge verwerfen</translation>
    </message>
    <message>
        <source>Take away all proposals (Esc does so too)</source>
        <translation>Alle Vorschläge entfernen (Esc tut es auch)</translation>
    </message>
    <message>
        <source>Unlock e&amp;xpert&apos;s boxes…</source>
        <translation>Boxen des Experten en&amp;tsperren…</translation>
    </message>
    <message>
        <source>Make copies of the expert&apos;s boxes that you can change; asks your name</source>
        <translation>Kopien der Boxen des Experten anlegen, die Sie ändern können; fragt nach Ihrem Namen</translation>
    </message>
    <message>
        <source>Select a box of yours to nudge it.</source>
        <translation>Wählen Sie eine eigene Box, um sie zu rücken.</translation>
    </message>
    <message>
        <source>Your box {label} is removed.</source>
        <translation>Ihre Box {label} ist entfernt.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>The expert&apos;s boxes are locked. Edit → Unlock expert&apos;s boxes… gives you copies.</source>
        <translation>Die Boxen des Experten sind gesperrt. Bearbeiten → Boxen des Experten entsperren… gibt Ihnen Kopien.</translation>
    </message>
    <message>
        <source>Only boxes of yours can be removed; the confidence hides the AI&apos;s.</source>
        <translation>Nur eigene Boxen lassen sich entfernen; die der KI blendet die Konfidenz aus.</translation>
    </message>
    <message>
        <source>Select a box of yours to remove it.</source>
        <translation>Wählen Sie eine eigene Box, um sie zu entfernen.</translation>
    </message>
    <message>
        <source>Select a box of yours to label it.</source>
        <translation>Wählen Sie eine eigene Box, um ihr ein Label zu geben.</translation>
    </message>
    <message>
        <source>Hidden until you reveal the AI: there is no box to accept.</source>
        <translation>Verborgen, bis Sie die KI aufdecken: Es gibt keine Box zu übernehmen.</translation>
    </message>
    <message>
        <source>No AI box to accept on this slice</source>
        <translation>Keine KI-Box auf dieser Schicht zu übernehmen</translation>
    </message>
    <message>
        <source>{text}: P predicts it.</source>
        <translation>{text}: P wertet sie aus.</translation>
    </message>
    <message>
        <source>Boxes on one frame of many cannot be kept.</source>
        <translation>Boxen auf einem von vielen Frames lassen sich nicht speichern.</translation>
    </message>
    <message>
        <source>The AI&apos;s box is yours already.</source>
        <translation>Die Box der KI ist bereits Ihre.</translation>
    </message>
    <message>
        <source>The AI&apos;s box ({score:.2f}) is yours now, as {label}.</source>
        <translation>Die Box der KI ({score:.2f}) ist jetzt Ihre, als {label}.</translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s) confirmed.</source>
        <translation>
            <numerusform>%n Vorschlag bestätigt.</numerusform>
            <numerusform>%n Vorschläge bestätigt.</numerusform>
        </translation>
    </message>
    <message>
        <source>There are no proposals: G makes them between your boxes.</source>
        <translation>Es gibt keine Vorschläge: G erzeugt sie zwischen Ihren Boxen.</translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s) discarded.</source>
        <translation>
            <numerusform>%n Vorschlag verworfen.</numerusform>
            <numerusform>%n Vorschläge verworfen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing to propose: draw the tumour on two slices, with slices between.</source>
        <translation>Nichts vorzuschlagen: Zeichnen Sie den Tumor auf zwei Schichten mit Schichten dazwischen.</translation>
    </message>
    <message numerus="yes">
        <source>%n box(es) proposed</source>
        <translation>
            <numerusform>%n Box vorgeschlagen</numerusform>
            <numerusform>%n Boxen vorgeschlagen</numerusform>
        </translation>
    </message>
    <message>
        <source>{what}: {describe_confirming}Esc discards.</source>
        <translation>{what}: {describe_confirming}Esc verwirft.</translation>
    </message>
    <message>
        <source> confirms, </source>
        <translation> bestätigt, </translation>
    </message>
    <message>
        <source> all, </source>
        <translation> alle, </translation>
    </message>
    <message>
        <source>There are no expert&apos;s boxes of {folder} to unlock.</source>
        <translation>Es gibt keine Boxen des Experten von {folder} zu entsperren.</translation>
    </message>
    <message>
        <source>The expert&apos;s boxes of {folder} are unlocked by {reader}.</source>
        <translation>Die Boxen des Experten von {folder} sind durch {reader} entsperrt.</translation>
    </message>
    <message>
        <source>Save your boxes</source>
        <translation>Eigene Boxen speichern</translation>
    </message>
    <message>
        <source>One PASCAL VOC file a slice, in Annotation/&lt;patient&gt;/&lt;SOP Instance UID&gt;.xml, as the collection and labelImg read it.</source>
        <translation>Eine PASCAL-VOC-Datei je Schicht, in Annotation/&lt;patient&gt;/&lt;SOP Instance UID&gt;.xml, wie die Sammlung und labelImg sie lesen.</translation>
    </message>
    <message>
        <source>In a &amp;folder of your own</source>
        <translation>In einem eigenen &amp;Ordner</translation>
    </message>
    <message>
        <source>In the &amp;expert&apos;s own files, each kept beside as .orig</source>
        <translation>In den Dateien des &amp;Experten, jede zuvor als .orig gesichert</translation>
    </message>
    <message>
        <source>Folder to save in</source>
        <translation>Ordner zum Speichern</translation>
    </message>
    <message>
        <source>&amp;Browse…</source>
        <translation>&amp;Durchsuchen…</translation>
    </message>
    <message>
        <source>Locked. Edit → Unlock expert&apos;s boxes… opens them, unless they lie in a ZIP.</source>
        <translation>Gesperrt. Bearbeiten → Boxen des Experten entsperren… öffnet sie, außer in einem ZIP.</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Save your boxes in</source>
        <translation>Eigene Boxen speichern in</translation>
    </message>
    <message>
        <source>Unlock expert&apos;s boxes of {folder}</source>
        <translation>Boxen des Experten von {folder} entsperren</translation>
    </message>
    <message numerus="yes">
        <source>%n box(es)</source>
        <translation>
            <numerusform>%n Box</numerusform>
            <numerusform>%n Boxen</numerusform>
        </translation>
    </message>
    <message>
        <source>You get copies of {boxes} to change. The expert&apos;s own stay on the image, and their files stay as they are unless you choose to save into them.</source>
        <translation>Sie erhalten Kopien von {boxes} zum Ändern. Die des Experten bleiben im Bild, und seine Dateien bleiben, wie sie sind, außer Sie speichern in sie.</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>Ihr Name</translation>
    </message>
    <message>
        <source>Your name is kept with your edits on this computer alone.</source>
        <translation>Ihr Name wird mit Ihren Änderungen nur auf diesem Rechner gespeichert.</translation>
    </message>
    <message>
        <source>&amp;Unlock</source>
        <translation>&amp;Entsperren</translation>
    </message>
    <message>
        <source>Save {count}?</source>
        <translation>{count} speichern?</translation>
    </message>
    <message>
        <source>Without saving they are given up for good.</source>
        <translation>Ohne Speichern gehen sie endgültig verloren.</translation>
    </message>
    <message>
        <source>&amp;Don&apos;t save</source>
        <translation>&amp;Nicht speichern</translation>
    </message>
    <message>
        <source>{lines} recovered</source>
        <translation>{lines} wiederhergestellt</translation>
    </message>
    <message>
        <source>ctbox ended before they were saved. They are on the image already: keep them to go on and save, or discard them for good.</source>
        <translation>ctbox wurde beendet, bevor sie gespeichert waren. Sie sind schon auf dem Bild: Behalten Sie sie, um weiterzuarbeiten und zu speichern, oder verwerfen Sie sie endgültig.</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>&amp;Behalten</translation>
    </message>
    <message>
        <source>Recovered edits</source>
        <translation>Wiederhergestellte Änderungen</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Verwerfen</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>&amp;Anzeigen</translation>
    </message>
    <message numerus="yes">
        <source>%n edit(s)</source>
        <translation>
            <numerusform>%n Änderung</numerusform>
            <numerusform>%n Änderungen</numerusform>
        </translation>
    </message>
    <message>
        <source>Label of the box</source>
        <translation>Label der Box</translation>
    </message>
    <message>
        <source>Another label</source>
        <translation>Anderes Label</translation>
    </message>
    <message>
        <source>Any other label, then Enter  (O)</source>
        <translation>Beliebiges anderes Label, dann Enter  (O)</translation>
    </message>
    <message>
        <source>A  B  E  G, or O for another label</source>
        <translation>A  B  E  G oder O für ein anderes Label</translation>
    </message>
    <message>
        <source>mine and AI</source>
        <translation>eigene und KI</translation>
    </message>
    <message>
        <source>mine and expert</source>
        <translation>eigene und Experte</translation>
    </message>
    <message>
        <source> · with AI {with_ai:.2f}</source>
        <translation> · mit KI {with_ai:.2f}</translation>
    </message>
    <message>
        <source>{count} of {found} were never saved.</source>
        <translation>{count} von {found} wurden nie gespeichert.</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>{text} Open that case again.</source>
        <translation>{text} Öffnen Sie den Fall erneut.</translation>
    </message>
    <message>
        <source>slice {index} of {series}</source>
        <translation>Schicht {index} von {series}</translation>
    </message>
    <message>
        <source>Saving boxes</source>
        <translation>Boxen werden gespeichert</translation>
    </message>
    <message>
        <source>the expert&apos;s files</source>
        <translation>den Dateien des Experten</translation>
    </message>
    <message numerus="yes">
        <source>Saved %n slice(s) in {where}.</source>
        <translation>
            <numerusform>%n Schicht in {where} gespeichert.</numerusform>
            <numerusform>%n Schichten in {where} gespeichert.</numerusform>
        </translation>
    </message>
    <message>
        <source> 1 older file is kept as .orig.</source>
        <translation> 1 ältere Datei liegt daneben als .orig.</translation>
    </message>
    <message numerus="yes">
        <source> %n older files are kept as .orig.</source>
        <translation>
            <numerusform> %n ältere Datei liegt daneben als .orig.</numerusform>
            <numerusform> %n ältere Dateien liegen daneben als .orig.</numerusform>
        </translation>
    </message>
    <message>
        <source>draw box</source>
        <translation>Box zeichnen</translation>
    </message>
    <message>
        <source>accept AI box</source>
        <translation>KI-Box übernehmen</translation>
    </message>
    <message>
        <source>move box</source>
        <translation>Box verschieben</translation>
    </message>
    <message>
        <source>resize box</source>
        <translation>Boxgröße ändern</translation>
    </message>
    <message>
        <source>nudge box</source>
        <translation>Box rücken</translation>
    </message>
    <message>
        <source>remove box</source>
        <translation>Box entfernen</translation>
    </message>
    <message>
        <source>restore box</source>
        <translation>Box wiederherstellen</translation>
    </message>
    <message>
        <source>change label</source>
        <translation>Label ändern</translation>
    </message>
    <message>
        <source>confirm proposal</source>
        <translation>Vorschlag bestätigen</translation>
    </message>
    <message>
        <source>confirm {count} proposals</source>
        <translation>{count} Vorschläge bestätigen</translation>
    </message>
    <message>
        <source>&amp;Undo {step}</source>
        <translation>&amp;Rückgängig: {step}</translation>
    </message>
    <message>
        <source>&amp;Redo {step}</source>
        <translation>&amp;Wiederholen: {step}</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Copy this report to the clipboard</source>
        <translation>Diesen Bericht in die Zwischenablage kopieren</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>ctbox: unexpected error</source>
        <translation>ctbox: unerwarteter Fehler</translation>
    </message>
    <message>
        <source>Unexpected error in ctbox</source>
        <translation>Unerwarteter Fehler in ctbox</translation>
    </message>
    <message>
        <source>Something went wrong inside ctbox.</source>
        <translation>In ctbox ist etwas schiefgegangen.</translation>
    </message>
    <message>
        <source>This is a fault of the program, not of your data; your files are unchanged. You can go on, but restart ctbox if it behaves oddly. Please copy the report and send it to the developers.</source>
        <translation>Das ist ein Fehler des Programms, nicht Ihrer Daten; Ihre Dateien sind unverändert. Sie können weiterarbeiten, sollten ctbox aber neu starten, falls es sich seltsam verhält. Bitte kopieren Sie den Bericht und senden Sie ihn an die Entwickler.</translation>
    </message>
    <message>
        <source>Traceback</source>
        <translation>Traceback</translation>
    </message>
    <message>
        <source>Log file: {log_path}</source>
        <translation>Logdatei: {log_path}</translation>
    </message>
    <message numerus="yes">
        <source>{summary} (and %n more error(s): see the log)</source>
        <translation>
            <numerusform>{summary} (und %n weiterer Fehler: siehe Log)</numerusform>
            <numerusform>{summary} (und %n weitere Fehler: siehe Log)</numerusform>
        </translation>
    </message>
    <message>
        <source>One export at a time: another one is running.</source>
        <translation>Nur ein Export zur Zeit: Ein anderer läuft.</translation>
    </message>
    <message>
        <source>Exporting to {out}</source>
        <translation>Export nach {out}</translation>
    </message>
    <message>
        <source>Export cancelled.</source>
        <translation>Export abgebrochen.</translation>
    </message>
    <message>
        <source>Look at these before you share the files</source>
        <translation>Sehen Sie sich dies an, bevor Sie die Dateien weitergeben</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>Ausgelassen</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>{count} to look at, {count2} left out: see the details.</source>
        <translation>{count} anzusehen, {count2} ausgelassen: siehe Einzelheiten.</translation>
    </message>
    <message>
        <source>{boxes} boxes of {lesions} lesions</source>
        <translation>{boxes} Boxen von {lesions} Läsionen</translation>
    </message>
    <message>
        <source>{images} de-identified images</source>
        <translation>{images} de-identifizierte Bilder</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source> and </source>
        <translation> und </translation>
    </message>
    <message>
        <source> {orphans} annotated slices have no image here; their boxes are left out.</source>
        <translation> {orphans} annotierte Schichten haben hier kein Bild; ihre Boxen fehlen.</translation>
    </message>
    <message>
        <source>{written} written to {out}.{orphans}</source>
        <translation>{written} nach {out} geschrieben.{orphans}</translation>
    </message>
    <message>
        <source>… and {shown} more</source>
        <translation>… und {shown} weitere</translation>
    </message>
    <message>
        <source>YOLO (text)</source>
        <translation>YOLO (Text)</translation>
    </message>
    <message>
        <source>DICOM SEG (outlines)</source>
        <translation>DICOM SEG (Umrisse)</translation>
    </message>
    <message>
        <source>No boxes, images alone</source>
        <translation>Keine Boxen, nur Bilder</translation>
    </message>
    <message>
        <source>Expert&apos;s</source>
        <translation>Des Experten</translation>
    </message>
    <message>
        <source>Mine (saved)</source>
        <translation>Eigene (gespeichert)</translation>
    </message>
    <message>
        <source>AI&apos;s (predictions file)</source>
        <translation>Der KI (Vorhersagedatei)</translation>
    </message>
    <message>
        <source>8-bit PNG, another window</source>
        <translation>8-Bit-PNG, anderes Fenster</translation>
    </message>
    <message>
        <source>All files appear, or none. Originals are only read. Look at de-identified copies before you share them: text burned into the pixels stays.</source>
        <translation>Alle Dateien entstehen oder keine. Originale werden nur gelesen. Sehen Sie de-identifizierte Kopien an, bevor Sie sie weitergeben: In die Pixel gebrannter Text bleibt.</translation>
    </message>
    <message>
        <source>With the same key file, the same patients and images get the same new names in every export. A file that does not exist is made. Keep it as secret as the patients&apos; names, and never in the folder you share.</source>
        <translation>Mit derselben Schlüsseldatei bekommen dieselben Patienten und Bilder in jedem Export dieselben neuen Namen. Eine Datei, die es nicht gibt, wird angelegt. Halten Sie sie so geheim wie die Namen der Patienten, und nie in dem Ordner, den Sie weitergeben.</translation>
    </message>
    <message>
        <source>Images to export</source>
        <translation>Zu exportierende Bilder</translation>
    </message>
    <message>
        <source>DICOM folder, download, file or ZIP</source>
        <translation>DICOM-Ordner, Download, Datei oder ZIP</translation>
    </message>
    <message>
        <source>Whose boxes</source>
        <translation>Wessen Boxen</translation>
    </message>
    <message>
        <source>Predictions file</source>
        <translation>Vorhersagedatei</translation>
    </message>
    <message>
        <source>what `ctbox predict --json` has written</source>
        <translation>was `ctbox predict --json` geschrieben hat</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilddateien</translation>
    </message>
    <message>
        <source>No pictures</source>
        <translation>Keine Bilddateien</translation>
    </message>
    <message>
        <source>8-bit PNG, lung window</source>
        <translation>8-Bit-PNG, Lungenfenster</translation>
    </message>
    <message>
        <source>8-bit PNG, mediastinum window</source>
        <translation>8-Bit-PNG, Mediastinumfenster</translation>
    </message>
    <message>
        <source>Window of the pictures</source>
        <translation>Fenster der Bilder</translation>
    </message>
    <message>
        <source>centre and width in HU, as -600,1500</source>
        <translation>Mitte und Breite in HU, etwa -600,1500</translation>
    </message>
    <message>
        <source>Copy the images de-identified (PS3.15), with boxes on these</source>
        <translation>Bilder de-identifiziert kopieren (PS3.15), Boxen auf diesen</translation>
    </message>
    <message>
        <source>Key file of the pseudonyms</source>
        <translation>Schlüsseldatei der Pseudonyme</translation>
    </message>
    <message>
        <source>none: a new key, forgotten afterwards</source>
        <translation>keine: ein neuer Schlüssel, danach vergessen</translation>
    </message>
    <message>
        <source>Replace files that exist already</source>
        <translation>Vorhandene Dateien ersetzen</translation>
    </message>
    <message>
        <source>Folder to write into</source>
        <translation>Zielordner</translation>
    </message>
    <message>
        <source>an empty folder is best</source>
        <translation>am besten ein leerer Ordner</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>Boxen</translation>
    </message>
    <message>
        <source>Predictions</source>
        <translation>Vorhersagen</translation>
    </message>
    <message>
        <source>Key file</source>
        <translation>Schlüsseldatei</translation>
    </message>
    <message>
        <source>Write to</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>Predictions (*.json)</source>
        <translation>Vorhersagen (*.json)</translation>
    </message>
    <message>
        <source>Opening {name}…</source>
        <translation>{name} wird geöffnet…</translation>
    </message>
    <message>
        <source>{width} × {height} at {ratio:.0%}</source>
        <translation>{width} × {height} bei {ratio:.0%}</translation>
    </message>
    <message>
        <source>Research use only: not for diagnosis</source>
        <translation>Nur für die Forschung: nicht zur Diagnose</translation>
    </message>
    <message>
        <source>ctbox opens chest CT series, shows the expert&apos;s boxes beside the predicted ones, and says how well they agree.

It is not a medical device. Its predictions and measurements must not be used to diagnose or treat anyone.</source>
        <translation>ctbox öffnet Thorax-CT-Serien, zeigt die Boxen des Experten neben denen der KI und sagt, wie gut sie übereinstimmen.

Es ist kein Medizinprodukt. Seine Auswertungen und Messungen dürfen nicht dazu dienen, jemanden zu diagnostizieren oder zu behandeln.</translation>
    </message>
    <message>
        <source>Keyboard and mouse</source>
        <translation>Tastatur und Maus</translation>
    </message>
    <message>
        <source>Change keys…</source>
        <translation>Tasten ändern…</translation>
    </message>
    <message>
        <source>About ctbox</source>
        <translation>Über ctbox</translation>
    </message>
    <message>
        <source>Prediction: {device}</source>
        <translation>Vorhersage: {device}</translation>
    </message>
    <message>
        <source>Licences…</source>
        <translation>Lizenzen…</translation>
    </message>
    <message>
        <source>Mouse</source>
        <translation>Maus</translation>
    </message>
    <message>
        <source>User guide</source>
        <translation>Handbuch</translation>
    </message>
    <message>
        <source>The user guide {name} is missing.</source>
        <translation>Die Handbuchseite {name} fehlt.</translation>
    </message>
    <message>
        <source>Install ctbox again.</source>
        <translation>Installieren Sie ctbox neu.</translation>
    </message>
    <message>
        <source>ctbox user guide</source>
        <translation>ctbox-Handbuch</translation>
    </message>
    <message>
        <source>Contents</source>
        <translation>Inhalt</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>Box</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Overlap</source>
        <translation>Überlappung</translation>
    </message>
    <message>
        <source>Boxes on this slice</source>
        <translation>Boxen dieser Schicht</translation>
    </message>
    <message>
        <source>Click selects a box; Ctrl+click pairs it with one of the other kind</source>
        <translation>Klick wählt eine Box; Strg+Klick paart sie mit einer der anderen Art</translation>
    </message>
    <message>
        <source>Expert&apos;s box</source>
        <translation>Box des Experten</translation>
    </message>
    <message>
        <source>AI box</source>
        <translation>KI-Box</translation>
    </message>
    <message>
        <source>{name}, expert&apos;s box: {expert}</source>
        <translation>{name}, Box des Experten: {expert}</translation>
    </message>
    <message>
        <source>{name}, AI box: {predicted}</source>
        <translation>{name}, KI-Box: {predicted}</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Open a series to see its boxes here: the slice, the expert&apos;s and the predicted area, the zoomed box and the Sobel outline, with their measures.</source>
        <translation>Öffnen Sie eine Serie, um hier ihre Boxen zu sehen: die Schicht, den Bereich des Experten und der KI, die vergrößerte Box und den Sobel-Umriss, mit ihren Maßen.</translation>
    </message>
    <message>
        <source>Raw &amp;Sobel picture</source>
        <translation>&amp;Sobel-Rohbild</translation>
    </message>
    <message>
        <source>Show the gradient magnitude itself in the fifth picture, without the outline</source>
        <translation>Im fünften Bild den Gradientenbetrag selbst zeigen, ohne Umriss</translation>
    </message>
    <message>
        <source>&amp;Copy measures</source>
        <translation>Maße &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy boxes, overlap, axes and areas of this slice as text</source>
        <translation>Boxen, Überlappung, Achsen und Flächen dieser Schicht als Text kopieren</translation>
    </message>
    <message>
        <source>not predicted</source>
        <translation>nicht ausgewertet</translation>
    </message>
    <message>
        <source>{count} AI</source>
        <translation>{count} KI</translation>
    </message>
    <message>
        <source>AI hidden</source>
        <translation>KI verborgen</translation>
    </message>
    <message>
        <source>Boxes on this slice: expert and AI hidden</source>
        <translation>Boxen dieser Schicht: Experte und KI verborgen</translation>
    </message>
    <message>
        <source>Boxes on this slice: {expert} expert, {by_ai}</source>
        <translation>Boxen dieser Schicht: {expert} Experte, {by_ai}</translation>
    </message>
    <message>
        <source>, {mine} mine</source>
        <translation>, {mine} eigene</translation>
    </message>
    <message>
        <source>missed</source>
        <translation>verpasst</translation>
    </message>
    <message>
        <source>no partner</source>
        <translation>kein Partner</translation>
    </message>
    <message>
        <source>no annotation</source>
        <translation>keine Annotation</translation>
    </message>
    <message>
        <source>expert&apos;s box</source>
        <translation>Box des Experten</translation>
    </message>
    <message>
        <source>hidden</source>
        <translation>verborgen</translation>
    </message>
    <message>
        <source>IoU {value:.2f} with {other} {place}</source>
        <translation>IoU {value:.2f} mit {other} {place}</translation>
    </message>
    <message>
        <source>Long axis</source>
        <translation>Lange Achse</translation>
    </message>
    <message>
        <source>Greatest diameter of the outline in this slice</source>
        <translation>Größter Durchmesser des Umrisses in dieser Schicht</translation>
    </message>
    <message>
        <source>Short axis</source>
        <translation>Kurze Achse</translation>
    </message>
    <message>
        <source>Greatest diameter perpendicular to the long axis</source>
        <translation>Größter Durchmesser senkrecht zur langen Achse</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>Fläche</translation>
    </message>
    <message>
        <source>Area within the outline</source>
        <translation>Fläche innerhalb des Umrisses</translation>
    </message>
    <message>
        <source>{whose}: the outline meets the box&apos;s edge, it may be cut off.</source>
        <translation>{whose}: Der Umriss trifft den Rand der Box, er kann abgeschnitten sein.</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Expert&apos;s area</source>
        <translation>Bereich des Experten</translation>
    </message>
    <message>
        <source>Predicted area</source>
        <translation>Bereich der KI</translation>
    </message>
    <message>
        <source>Predicted box, zoomed</source>
        <translation>KI-Box, vergrößert</translation>
    </message>
    <message>
        <source>Sobel outline</source>
        <translation>Sobel-Umriss</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Wird geladen…</translation>
    </message>
    <message>
        <source>no boxes</source>
        <translation>keine Boxen</translation>
    </message>
    <message>
        <source>The whole slice with {tags}.</source>
        <translation>Die ganze Schicht mit {tags}.</translation>
    </message>
    <message>
        <source>The box has no area.</source>
        <translation>Die Box hat keine Fläche.</translation>
    </message>
    <message>
        <source>A box without area.</source>
        <translation>Eine Box ohne Fläche.</translation>
    </message>
    <message>
        <source>{tag}, {width:.0f} × {height:.0f} pixels.</source>
        <translation>{tag}, {width:.0f} × {height:.0f} Pixel.</translation>
    </message>
    <message>
        <source>The predicted box has no area on the image.</source>
        <translation>Die KI-Box hat keine Fläche im Bild.</translation>
    </message>
    <message>
        <source>The pixels of {tag}, enlarged.</source>
        <translation>Die Pixel von {tag}, vergrößert.</translation>
    </message>
    <message>
        <source>A colour image holds no HU to outline.</source>
        <translation>Ein Farbbild enthält keine HU zum Umreißen.</translation>
    </message>
    <message>
        <source>No box to outline.</source>
        <translation>Keine Box zum Umreißen.</translation>
    </message>
    <message>
        <source>Outlining…</source>
        <translation>Umriss wird berechnet…</translation>
    </message>
    <message>
        <source>predicted box</source>
        <translation>KI-Box</translation>
    </message>
    <message>
        <source>No outline.</source>
        <translation>Kein Umriss.</translation>
    </message>
    <message>
        <source>Raw Sobel picture of the {whose}.</source>
        <translation>Sobel-Rohbild: {whose}.</translation>
    </message>
    <message>
        <source>No outline. {reason}</source>
        <translation>Kein Umriss. {reason}</translation>
    </message>
    <message>
        <source> It may be cut off at the box&apos;s edge.</source>
        <translation> Er kann am Rand der Box abgeschnitten sein.</translation>
    </message>
    <message>
        <source>Outline within the {whose}, with long and short axis.{cut}</source>
        <translation>Umriss, {whose}, mit langer und kurzer Achse.{cut}</translation>
    </message>
    <message>
        <source>No expert&apos;s box overlaps the selected one.</source>
        <translation>Keine Box des Experten überlappt die gewählte.</translation>
    </message>
    <message>
        <source>No annotation on this slice.</source>
        <translation>Keine Annotation auf dieser Schicht.</translation>
    </message>
    <message>
        <source>Not predicted yet.</source>
        <translation>Noch nicht ausgewertet.</translation>
    </message>
    <message>
        <source>No predicted box overlaps the selected one.</source>
        <translation>Keine KI-Box überlappt die gewählte.</translation>
    </message>
    <message>
        <source>Nothing was detected on this slice.</source>
        <translation>Auf dieser Schicht wurde nichts gefunden.</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>Aufteilung</translation>
    </message>
    <message>
        <source>&amp;One image</source>
        <translation>&amp;Ein Bild</translation>
    </message>
    <message>
        <source>One image</source>
        <translation>Ein Bild</translation>
    </message>
    <message>
        <source>&amp;Two images side by side</source>
        <translation>&amp;Zwei Bilder nebeneinander</translation>
    </message>
    <message>
        <source>Two series side by side</source>
        <translation>Zwei Serien nebeneinander</translation>
    </message>
    <message>
        <source>&amp;Four images</source>
        <translation>&amp;Vier Bilder</translation>
    </message>
    <message>
        <source>Four series</source>
        <translation>Vier Serien</translation>
    </message>
    <message>
        <source>&amp;Planes (MPR)</source>
        <translation>E&amp;benen (MPR)</translation>
    </message>
    <message>
        <source>Axial, coronal and sagittal planes through one place</source>
        <translation>Axiale, koronare und sagittale Ebene durch einen Ort</translation>
    </message>
    <message>
        <source>&amp;Next image</source>
        <translation>&amp;Nächstes Bild</translation>
    </message>
    <message>
        <source>Make the next image the active one</source>
        <translation>Das nächste Bild aktivieren</translation>
    </message>
    <message>
        <source>&amp;Maximise</source>
        <translation>&amp;Maximieren</translation>
    </message>
    <message>
        <source>The active image alone, and back (also by double-click)</source>
        <translation>Das aktive Bild allein, und zurück (auch per Doppelklick)</translation>
    </message>
    <message>
        <source>Link &amp;scrolling by position</source>
        <translation>Blättern nach &amp;Lage verbinden</translation>
    </message>
    <message>
        <source>Images of one frame of reference scroll together, by mm</source>
        <translation>Bilder eines Bezugssystems blättern gemeinsam, nach mm</translation>
    </message>
    <message>
        <source>Link &amp;zoom and pan</source>
        <translation>Z&amp;oom und Lage verbinden</translation>
    </message>
    <message>
        <source>Zoom and pan go together, by mm</source>
        <translation>Zoom und Verschieben gemeinsam, nach mm</translation>
    </message>
    <message>
        <source>Link &amp;window</source>
        <translation>&amp;Fensterung verbinden</translation>
    </message>
    <message>
        <source>The display window goes together</source>
        <translation>Das Anzeigefenster ändert sich gemeinsam</translation>
    </message>
    <message>
        <source>PET &amp;over CT</source>
        <translation>&amp;PET über CT</translation>
    </message>
    <message>
        <source>Lay the PET of this frame of reference on the CT, by place</source>
        <translation>Die PET dieses Bezugssystems auf die CT legen, nach Ort</translation>
    </message>
    <message>
        <source>Cross&amp;hair</source>
        <translation>F&amp;adenkreuz</translation>
    </message>
    <message>
        <source>One place in all images: click or drag to set it</source>
        <translation>Ein Ort in allen Bildern: klicken oder ziehen setzt ihn</translation>
    </message>
    <message>
        <source>PET leans against this plane: not fused</source>
        <translation>PET ist gegen diese Ebene geneigt: nicht fusioniert</translation>
    </message>
    <message>
        <source>Opacity of the PET over the CT</source>
        <translation>Deckkraft der PET über der CT</translation>
    </message>
    <message>
        <source>No PET to fuse: the case has none in this series&apos; frame of reference.</source>
        <translation>Keine PET zum Fusionieren: Der Fall enthält keine im Bezugssystem dieser Serie.</translation>
    </message>
    <message>
        <source>Reformatted plane</source>
        <translation>Rekonstruierte Ebene</translation>
    </message>
    <message>
        <source>Wheel or arrow keys scroll through the planes.</source>
        <translation>Mausrad oder Pfeiltasten blättern durch die Ebenen.</translation>
    </message>
    <message>
        <source>x {column}  y {row}  slice {number}</source>
        <translation>x {column}  y {row}  Schicht {number}</translation>
    </message>
    <message>
        <source>Drag a series here from the list, or click to show the active one here too.</source>
        <translation>Ziehen Sie eine Serie aus der Liste hierher, oder klicken Sie, um die aktive auch hier zu zeigen.</translation>
    </message>
    <message>
        <source>&amp;Model attention</source>
        <translation>Modell-&amp;Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Where the model looked. It is not a segmentation.  (V)</source>
        <translation>Wohin das Modell gesehen hat. Keine Segmentierung.  (V)</translation>
    </message>
    <message>
        <source>Opacity of the attention map</source>
        <translation>Deckkraft der Aufmerksamkeitskarte</translation>
    </message>
    <message>
        <source>How strongly the attention map covers the slice</source>
        <translation>Wie stark die Aufmerksamkeitskarte die Schicht überdeckt</translation>
    </message>
    <message>
        <source>Not predicted yet: Predict series looks at all of it.</source>
        <translation>Noch nicht ausgewertet: „Serie auswerten“ sieht sie ganz an.</translation>
    </message>
    <message>
        <source>Only single slices were predicted. Predict series looks at all of them, and links its boxes to lesions; scores then differ, as a slice&apos;s is mixed with its lesion&apos;s.</source>
        <translation>Nur einzelne Schichten sind ausgewertet. „Serie auswerten“ sieht alle an und verbindet die Boxen zu Läsionen; die Scores weichen dann ab, weil sich der einer Schicht mit dem ihrer Läsion mischt.</translation>
    </message>
    <message>
        <source>These boxes come from a report, which keeps them, but not how they were linked to lesions. Predict series lists the lesions.</source>
        <translation>Diese Boxen stammen aus einem Bericht, der sie festhält, nicht aber ihre Verknüpfung zu Läsionen. „Serie auswerten“ listet die Läsionen.</translation>
    </message>
    <message>
        <source>Boxes are linked to lesions once the whole series is predicted.</source>
        <translation>Die Boxen werden zu Läsionen verknüpft, sobald die ganze Serie ausgewertet ist.</translation>
    </message>
    <message>
        <source>The AI is hidden: you read first. Review ▸ Reveal AI shows it.</source>
        <translation>Die KI ist verborgen: Sie befunden zuerst. Durchsicht ▸ KI aufdecken zeigt sie.</translation>
    </message>
    <message>
        <source>The expert&apos;s boxes are hidden until you reveal the AI.</source>
        <translation>Die Boxen des Experten sind verborgen, bis Sie die KI aufdecken.</translation>
    </message>
    <message>
        <source>The model found no lesion in this series.</source>
        <translation>Das Modell fand in dieser Serie keine Läsion.</translation>
    </message>
    <message>
        <source>No lesion at this confidence. Move the slider to the left to see fainter ones.</source>
        <translation>Keine Läsion bei dieser Konfidenz. Schieben Sie den Regler nach links, um schwächere zu sehen.</translation>
    </message>
    <message>
        <source>Not predicted. {reason}</source>
        <translation>Nicht ausgewertet. {reason}</translation>
    </message>
    <message numerus="yes">
        <source>The model lists %n lesion(s) a series at most: there may be more.</source>
        <translation>
            <numerusform>Das Modell nennt höchstens %n Läsion je Serie: Es kann mehr geben.</numerusform>
            <numerusform>Das Modell nennt höchstens %n Läsionen je Serie: Es kann mehr geben.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Confidence</source>
        <translation>&amp;Konfidenz</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Konfidenz</translation>
    </message>
    <message>
        <source>Boxes with a lower score are hidden everywhere: on the image, on the slice slider and in the lists. Nothing is predicted anew.</source>
        <translation>Boxen mit niedrigerem Score werden überall ausgeblendet: im Bild, am Schichtregler und in den Listen. Nichts wird neu ausgewertet.</translation>
    </message>
    <message>
        <source>Confidence, as a figure</source>
        <translation>Konfidenz als Zahl</translation>
    </message>
    <message>
        <source>Least score of a shown box, 0 to 1</source>
        <translation>Kleinster Score einer gezeigten Box, 0 bis 1</translation>
    </message>
    <message>
        <source>Model&apos;s own</source>
        <translation>Die des Modells</translation>
    </message>
    <message>
        <source>model&apos;s own</source>
        <translation>die des Modells</translation>
    </message>
    <message>
        <source>all boxes</source>
        <translation>alle Boxen</translation>
    </message>
    <message>
        <source>Model&apos;s own: {score}</source>
        <translation>Die des Modells: {score}</translation>
    </message>
    <message>
        <source>the confidence of the model&apos;s own card</source>
        <translation>die Konfidenz der Modellkarte</translation>
    </message>
    <message>
        <source>Go back to {known}</source>
        <translation>Zurück zu: {known}</translation>
    </message>
    <message>
        <source>In use: {known}</source>
        <translation>In Gebrauch: {known}</translation>
    </message>
    <message>
        <source>Hits: detections that overlap an expert&apos;s box enough, one to one by falling score</source>
        <translation>Treffer: Detektionen, die eine Box des Experten genug überlappen, eins zu eins nach fallendem Score</translation>
    </message>
    <message>
        <source>False: detections that hit no expert&apos;s box, on slices that count</source>
        <translation>Falsch: Detektionen ohne Box des Experten, auf Schichten, die zählen</translation>
    </message>
    <message>
        <source>Missed: expert&apos;s boxes that no detection hits, on predicted slices</source>
        <translation>Verpasst: Boxen des Experten ohne Detektion, auf ausgewerteten Schichten</translation>
    </message>
    <message>
        <source>The AI&apos;s lesions that hit an expert&apos;s lesion</source>
        <translation>Läsionen der KI, die eine Läsion des Experten treffen</translation>
    </message>
    <message>
        <source>The AI&apos;s lesions that hit no expert&apos;s lesion</source>
        <translation>Läsionen der KI, die keine Läsion des Experten treffen</translation>
    </message>
    <message>
        <source>The expert&apos;s lesions that no shown lesion of the AI hits</source>
        <translation>Läsionen des Experten, die keine gezeigte Läsion der KI trifft</translation>
    </message>
    <message>
        <source>Boxes in the series</source>
        <translation>Boxen der Serie</translation>
    </message>
    <message>
        <source>The AI&apos;s boxes that it linked to no lesion. Switched off, they are hidden everywhere, and neither the keys to the next box nor the counts know them.</source>
        <translation>Boxen der KI, die sie zu keiner Läsion verbunden hat. Abgeschaltet sind sie überall ausgeblendet; auch die Tasten zur nächsten Box und die Zählung übergehen sie.</translation>
    </message>
    <message numerus="yes">
        <source>Show %n box(es) outside lesions</source>
        <translation>
            <numerusform>%n Box außerhalb von Läsionen zeigen</numerusform>
            <numerusform>%n Boxen außerhalb von Läsionen zeigen</numerusform>
        </translation>
    </message>
    <message>
        <source>LEAKY: the model learnt from this patient. Figures prove nothing.</source>
        <translation>LEAKY: Das Modell hat von diesem Patienten gelernt. Die Zahlen beweisen nichts.</translation>
    </message>
    <message>
        <source>Least IoU of a hit</source>
        <translation>Kleinste IoU eines Treffers</translation>
    </message>
    <message>
        <source>A detection hits if its IoU with an expert&apos;s box is at least this</source>
        <translation>Eine Detektion trifft, wenn ihre IoU mit einer Box des Experten mindestens so groß ist</translation>
    </message>
    <message>
        <source>A hit: &amp;IoU ≥</source>
        <translation>Treffer: &amp;IoU ≥</translation>
    </message>
    <message>
        <source>No expert&apos;s boxes in this series: nothing to compare with.</source>
        <translation>Keine Boxen des Experten in dieser Serie: nichts zu vergleichen.</translation>
    </message>
    <message>
        <source>{predicted} of {annotated} annotated slices predicted.</source>
        <translation>{predicted} von {annotated} annotierten Schichten ausgewertet.</translation>
    </message>
    <message>
        <source>1 AI box on unannotated slices near the expert&apos;s is not counted.</source>
        <translation>1 KI-Box auf nicht annotierten Schichten nahe denen des Experten zählt nicht.</translation>
    </message>
    <message numerus="yes">
        <source>%n AI boxes on unannotated slices near the expert&apos;s are not counted.</source>
        <translation>
            <numerusform>%n KI-Box auf nicht annotierten Schichten nahe denen des Experten zählt nicht.</numerusform>
            <numerusform>%n KI-Boxen auf nicht annotierten Schichten nahe denen des Experten zählen nicht.</numerusform>
        </translation>
    </message>
    <message>
        <source>Lesion</source>
        <translation>Läsion</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Score</translation>
    </message>
    <message>
        <source>The model&apos;s lesions, best first, then the expert&apos;s that were missed; the letter is the expert&apos;s label</source>
        <translation>Die Läsionen des Modells, beste zuerst, dann die verpassten des Experten; der Buchstabe ist das Label des Experten</translation>
    </message>
    <message>
        <source>The model&apos;s confidence in the lesion</source>
        <translation>Die Konfidenz des Modells für die Läsion</translation>
    </message>
    <message>
        <source>Slices on which it has a box</source>
        <translation>Schichten, auf denen sie eine Box hat</translation>
    </message>
    <message>
        <source>Long axis in mm</source>
        <translation>Lange Achse in mm</translation>
    </message>
    <message>
        <source>Mean IoU with the expert&apos;s boxes of the same slices</source>
        <translation>Mittlere IoU mit den Boxen des Experten auf denselben Schichten</translation>
    </message>
    <message>
        <source>TP hit, FP false, FN missed, – no expert&apos;s box there to judge it by</source>
        <translation>TP Treffer, FP falsch, FN verpasst, – keine Box des Experten zum Beurteilen</translation>
    </message>
    <message>
        <source>Slices</source>
        <comment>narrow column</comment>
        <translation>Sch.</translation>
    </message>
    <message>
        <source>Lesions of this series</source>
        <translation>Läsionen dieser Serie</translation>
    </message>
    <message>
        <source>Predict series</source>
        <translation>Serie auswerten</translation>
    </message>
    <message>
        <source>Find tumours on every slice and link them to lesions  (Shift+P)</source>
        <translation>Tumoren auf jeder Schicht suchen und zu Läsionen verbinden  (Umschalt+P)</translation>
    </message>
    <message>
        <source>measured on the {source}</source>
        <translation>gemessen an: {source}</translation>
    </message>
    <message>
        <source>longer side of the expert&apos;s largest box</source>
        <translation>längere Seite der größten Box des Experten</translation>
    </message>
    <message>
        <source>Exp.</source>
        <translation>Exp.</translation>
    </message>
    <message>
        <source>hits an expert&apos;s lesion</source>
        <translation>trifft eine Läsion des Experten</translation>
    </message>
    <message>
        <source>hits no expert&apos;s lesion</source>
        <translation>trifft keine Läsion des Experten</translation>
    </message>
    <message>
        <source>missed by the model at this confidence</source>
        <translation>vom Modell bei dieser Konfidenz verpasst</translation>
    </message>
    <message>
        <source>no expert&apos;s box there to judge it by</source>
        <translation>keine Box des Experten zum Beurteilen</translation>
    </message>
    <message>
        <source>AI lesion</source>
        <translation>KI-Läsion</translation>
    </message>
    <message>
        <source>Expert&apos;s lesion</source>
        <translation>Läsion des Experten</translation>
    </message>
    <message>
        <source>expert&apos;s label {subtype}</source>
        <translation>Label des Experten {subtype}</translation>
    </message>
    <message>
        <source>score {score:.3f}</source>
        <translation>Score {score:.3f}</translation>
    </message>
    <message numerus="yes">
        <source>%n slice(s)</source>
        <translation>
            <numerusform>%n Schicht</numerusform>
            <numerusform>%n Schichten</numerusform>
        </translation>
    </message>
    <message>
        <source>long axis {long_axis_mm:.1f} mm ({size_note})</source>
        <translation>lange Achse {long_axis_mm:.1f} mm ({size_note})</translation>
    </message>
    <message>
        <source>mean IoU</source>
        <translation>mittlere IoU</translation>
    </message>
    <message>
        <source>best IoU of a shown box</source>
        <translation>beste IoU einer gezeigten Box</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>Zuletzt &amp;geöffnet</translation>
    </message>
    <message>
        <source>La&amp;yout</source>
        <translation>&amp;Aufteilung</translation>
    </message>
    <message>
        <source>&amp;Window</source>
        <translation>&amp;Fenster</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Nudge selected box</source>
        <translation>&amp;Gewählte Box rücken</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Slices</source>
        <translation>&amp;Schichten</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>&amp;Werkzeuge</translation>
    </message>
    <message>
        <source>&amp;AI</source>
        <translation>&amp;KI</translation>
    </message>
    <message>
        <source>&amp;Review</source>
        <translation>D&amp;urchsicht</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Layout: one, two or four images, and what links them</source>
        <translation>Aufteilung: ein, zwei oder vier Bilder, und was sie verbindet</translation>
    </message>
    <message>
        <source>Case {number}</source>
        <translation>Fall {number}</translation>
    </message>
    <message>
        <source>Measurements</source>
        <translation>Messungen</translation>
    </message>
    <message>
        <source>{kind} deleted.</source>
        <translation>{kind} gelöscht.</translation>
    </message>
    <message>
        <source>Nothing measured yet: D, A and I draw.</source>
        <translation>Noch nichts gemessen: D, A und I zeichnen.</translation>
    </message>
    <message numerus="yes">
        <source>%n measurement(s) copied.</source>
        <translation>
            <numerusform>%n Messung kopiert.</numerusform>
            <numerusform>%n Messungen kopiert.</numerusform>
        </translation>
    </message>
    <message>
        <source>Plane</source>
        <translation>Ebene</translation>
    </message>
    <message>
        <source>Ruler</source>
        <translation>Lineal</translation>
    </message>
    <message>
        <source>Angle</source>
        <translation>Winkel</translation>
    </message>
    <message>
        <source>Ellipse</source>
        <translation>Ellipse</translation>
    </message>
    <message>
        <source>No distance in mm: this image has no valid PixelSpacing. Angles and ellipses (HU without area) still work.</source>
        <translation>Keine Strecke in mm: Dieses Bild hat kein gültiges PixelSpacing. Winkel und Ellipsen (HU ohne Fläche) gehen trotzdem.</translation>
    </message>
    <message>
        <source>No angle: neither PixelSpacing nor PixelAspectRatio of this image is valid.</source>
        <translation>Kein Winkel: Weder PixelSpacing noch PixelAspectRatio dieses Bildes ist gültig.</translation>
    </message>
    <message>
        <source>No ellipse: a colour image holds no values to average.</source>
        <translation>Keine Ellipse: Ein Farbbild enthält keine Werte zum Mitteln.</translation>
    </message>
    <message>
        <source>no PixelSpacing</source>
        <translation>kein PixelSpacing</translation>
    </message>
    <message>
        <source>no pixel inside</source>
        <translation>kein Pixel darin</translation>
    </message>
    <message>
        <source>area unknown: no PixelSpacing</source>
        <translation>Fläche unbekannt: kein PixelSpacing</translation>
    </message>
    <message>
        <source>{area_mm2:.0f} mm²  ({count} px)</source>
        <translation>{area_mm2:.0f} mm²  ({count} px)</translation>
    </message>
    <message>
        <source>min {low}  max {high}{unit}</source>
        <translation>min {low}  max {high}{unit}</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Nothing measured yet.

D draws a ruler, A an angle, I an ellipse.</source>
        <translation>Noch nichts gemessen.

D zeichnet ein Lineal, A einen Winkel, I eine Ellipse.</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Alle kopieren</translation>
    </message>
    <message>
        <source>Copy the list as text with tabs</source>
        <translation>Liste als Text mit Tabulatoren kopieren</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete the chosen measurement  (Del)</source>
        <translation>Gewählte Messung löschen  (Entf)</translation>
    </message>
    <message>
        <source>DICOM and ZIP (*.dcm *.dicom *.ima *.zip);;All files (*)</source>
        <translation>DICOM und ZIP (*.dcm *.dicom *.ima *.zip);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Open a DICOM folder</source>
        <translation>DICOM-Ordner öffnen</translation>
    </message>
    <message>
        <source>Open a DICOM file or ZIP</source>
        <translation>DICOM-Datei oder ZIP öffnen</translation>
    </message>
    <message>
        <source>Open a folder of annotations</source>
        <translation>Ordner mit Annotationen öffnen</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} von {total}</translation>
    </message>
    <message>
        <source>Predict slice</source>
        <translation>Schicht auswerten</translation>
    </message>
    <message>
        <source>The AI is hidden while you read. Review ▸ Reveal AI shows it.</source>
        <translation>Die KI ist verborgen, während Sie befunden. Durchsicht ▸ KI aufdecken zeigt sie.</translation>
    </message>
    <message>
        <source>This slice already has its result from the whole series, which sees more than one slice alone. That one stays.</source>
        <translation>Diese Schicht hat schon ihr Ergebnis aus der ganzen Serie, die mehr sieht als eine Schicht allein. Es bleibt.</translation>
    </message>
    <message>
        <source>this slice</source>
        <translation>dieser Schicht</translation>
    </message>
    <message>
        <source> at confidence {threshold:.2f} or more</source>
        <translation> mit Konfidenz {threshold:.2f} oder mehr</translation>
    </message>
    <message>
        <source>Nothing found on {where}{sure}.</source>
        <translation>Nichts gefunden auf {where}{sure}.</translation>
    </message>
    <message numerus="yes">
        <source>%n lesion(s), boxes on {marked} of {where}.</source>
        <translation>
            <numerusform>%n Läsion, Boxen auf {marked} von {where}.</numerusform>
            <numerusform>%n Läsionen, Boxen auf {marked} von {where}.</numerusform>
        </translation>
    </message>
    <message>
        <source>{told} {next_key} goes to the next box.</source>
        <translation>{told} {next_key} springt zur nächsten Box.</translation>
    </message>
    <message>
        <source>Find tumours on every slice and link them to lesions</source>
        <translation>Tumoren auf jeder Schicht suchen und zu Läsionen verbinden</translation>
    </message>
    <message>
        <source>Where the model looked. It is not a segmentation.</source>
        <translation>Wohin das Modell gesehen hat. Keine Segmentierung.</translation>
    </message>
    <message>
        <source>Slices a second of cine</source>
        <translation>Cine-Schichten je Sekunde</translation>
    </message>
    <message>
        <source>All keys are the profile&apos;s.</source>
        <translation>Alle Tasten sind die des Profils.</translation>
    </message>
    <message>
        <source>Defaults restored.</source>
        <translation>Standardwerte wiederhergestellt.</translation>
    </message>
    <message>
        <source>As before.</source>
        <translation>Wie zuvor.</translation>
    </message>
    <message>
        <source>No program here shows folders. It is {folder}.</source>
        <translation>Kein Programm zeigt hier Ordner. Es ist {folder}.</translation>
    </message>
    <message>
        <source>Something is running that may need it: try again then.</source>
        <translation>Etwas läuft, das ihn brauchen kann: Versuchen Sie es danach.</translation>
    </message>
    <message>
        <source>Emptying the cache</source>
        <translation>Cache wird geleert</translation>
    </message>
    <message>
        <source>shows a display window</source>
        <translation>wählt ein Anzeigefenster</translation>
    </message>
    <message>
        <source>opens the menu {text}</source>
        <translation>öffnet das Menü {text}</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Pages of the settings</source>
        <translation>Seiten der Einstellungen</translation>
    </message>
    <message>
        <source>Restore all keys</source>
        <translation>Alle Tasten zurücksetzen</translation>
    </message>
    <message>
        <source>Reset to defaults</source>
        <translation>Standardwerte</translation>
    </message>
    <message>
        <source>All commands get this profile&apos;s keys</source>
        <translation>Alle Befehle erhalten die Tasten dieses Profils</translation>
    </message>
    <message>
        <source>All of Reading and Prediction; your name, folders and keys stay</source>
        <translation>Alles unter Ansicht und Auswertung; Name, Ordner und Tasten bleiben</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Catalogue, models, training runs</source>
        <translation>Katalog, Modelle, Trainingsläufe</translation>
    </message>
    <message>
        <source>Autosave</source>
        <translation>Autosicherung</translation>
    </message>
    <message>
        <source>Every edit of your boxes as it is made</source>
        <translation>Jede Änderung Ihrer Boxen, sobald sie geschieht</translation>
    </message>
    <message>
        <source>What you chose here</source>
        <translation>Was Sie hier gewählt haben</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>Cache</translation>
    </message>
    <message>
        <source>Made again when it is needed</source>
        <translation>Wird bei Bedarf neu erzeugt</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>Written with boxes that you unlock</source>
        <translation>Steht bei Boxen, die Sie entsperren</translation>
    </message>
    <message>
        <source>Save my boxes in</source>
        <translation>Eigene Boxen speichern in</translation>
    </message>
    <message>
        <source>Asked on the first save</source>
        <translation>Beim ersten Speichern gefragt</translation>
    </message>
    <message>
        <source>Empty it</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Empty the cache</source>
        <translation>Cache leeren</translation>
    </message>
    <message>
        <source>Delete prepared training data and other things made again on need</source>
        <translation>Vorbereitete Trainingsdaten und anderes löschen, das bei Bedarf neu entsteht</translation>
    </message>
    <message>
        <source>Your &amp;name</source>
        <translation>Ihr &amp;Name</translation>
    </message>
    <message>
        <source>Save my &amp;boxes in</source>
        <translation>Eigene &amp;Boxen in</translation>
    </message>
    <message>
        <source>Folder: {place}</source>
        <translation>Ordner: {place}</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Show folder: {place}</source>
        <translation>Ordner zeigen: {place}</translation>
    </message>
    <message>
        <source>Cache takes</source>
        <translation>Cache belegt</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>{home_variable}, set before the start, keeps all of them in another place.</source>
        <translation>{home_variable}, vor dem Start gesetzt, legt sie alle an einen anderen Ort.</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>Second key</source>
        <translation>Zweite Taste</translation>
    </message>
    <message>
        <source>Press the key</source>
        <translation>Taste drücken</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove: {name}</source>
        <translation>Entfernen: {name}</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>Profil</translation>
    </message>
    <message>
        <source>Search a command, a group or a key</source>
        <translation>Befehl, Gruppe oder Taste suchen</translation>
    </message>
    <message>
        <source>Search commands</source>
        <translation>Befehle suchen</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Give this command the profile&apos;s keys back</source>
        <translation>Diesem Befehl die Tasten des Profils zurückgeben</translation>
    </message>
    <message>
        <source>&amp;Profile</source>
        <translation>&amp;Profil</translation>
    </message>
    <message>
        <source>{key} belongs to {owner}. Nothing was changed.</source>
        <translation>{key} gehört zu {owner}. Nichts wurde geändert.</translation>
    </message>
    <message>
        <source>Its keys belong to {told} now.</source>
        <translation>Ihre Tasten gehören jetzt zu {told}.</translation>
    </message>
    <message>
        <source>{words} keeps {left}.</source>
        <translation>{words} behält {left}.</translation>
    </message>
    <message>
        <source>{words} has no key now.</source>
        <translation>{words} hat jetzt keine Taste.</translation>
    </message>
    <message>
        <source>Take it for {name}</source>
        <translation>Übernehmen für {name}</translation>
    </message>
    <message>
        <source>Radiology</source>
        <translation>Radiologie</translation>
    </message>
    <message>
        <source>As in reading rooms: the arrows scroll, W is window/level, D and A measure.</source>
        <translation>Wie im Befundraum: Die Pfeile blättern, W ist Fensterung, D und A messen.</translation>
    </message>
    <message>
        <source>Annotator</source>
        <translation>Annotation</translation>
    </message>
    <message>
        <source>As in labelImg: W draws a box, A and D go to the previous and the next slice. What they displace takes Shift: window/level Shift+W, angle Shift+A, distance Shift+D.</source>
        <translation>Wie in labelImg: W zeichnet eine Box, A und D gehen zur vorigen und nächsten Schicht. Was sie verdrängen, braucht Umschalt: Fensterung Umschalt+W, Winkel Umschalt+A, Strecke Umschalt+D.</translation>
    </message>
    <message>
        <source>That key cannot be used.</source>
        <translation>Diese Taste lässt sich nicht verwenden.</translation>
    </message>
    <message>
        <source>{key} {key2} and stays so.</source>
        <translation>{key} {key2} und bleibt so.</translation>
    </message>
    <message>
        <source>{key} moves in lists and fields; only commands of the image can have it.</source>
        <translation>{key} bewegt in Listen und Feldern; nur Befehle des Bildes können sie haben.</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>Gruppe</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>In Radiology</source>
        <translation>In Radiologie</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>Befehle und ihre Tasten</translation>
    </message>
    <message>
        <source>  (yours)</source>
        <translation>  (eigene)</translation>
    </message>
    <message>
        <source>The GPU if a trial computation on it succeeds, else the CPU; the chip in the upper right corner says which.</source>
        <translation>Die GPU, wenn eine Proberechnung auf ihr gelingt, sonst die CPU; die Anzeige rechts oben sagt, welche.</translation>
    </message>
    <message>
        <source>Always the CPU, also where there is a GPU.</source>
        <translation>Immer die CPU, auch wo es eine GPU gibt.</translation>
    </message>
    <message>
        <source>The GPU alone. If it can&apos;t be used, predicting stops and says why, instead of going on slowly on the CPU.</source>
        <translation>Nur die GPU. Lässt sie sich nicht nutzen, hält die Auswertung an und sagt warum, statt langsam auf der CPU weiterzurechnen.</translation>
    </message>
    <message>
        <source>Compute on</source>
        <translation>Rechnen auf</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>The &amp;model&apos;s own</source>
        <translation>Die des &amp;Modells</translation>
    </message>
    <message>
        <source>  (shipped default)</source>
        <translation>  (mitgeliefert, Standard)</translation>
    </message>
    <message>
        <source>  (damaged)</source>
        <translation>  (beschädigt)</translation>
    </message>
    <message>
        <source>C&amp;ompute on</source>
        <translation>&amp;Rechnen auf</translation>
    </message>
    <message>
        <source>Mo&amp;del</source>
        <translation>Mo&amp;dell</translation>
    </message>
    <message>
        <source>Cards, comparison, import and export: AI ▸ Models…</source>
        <translation>Karten, Vergleich, Import und Export: KI ▸ Modelle…</translation>
    </message>
    <message>
        <source>Boxes with a lower score are hidden everywhere; nothing is predicted anew.</source>
        <translation>Boxen mit niedrigerem Score werden überall ausgeblendet; nichts wird neu ausgewertet.</translation>
    </message>
    <message>
        <source>Corner te&amp;xts and scale</source>
        <translation>Eck&amp;texte und Maßstab</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Farbschema</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>Pixel</translation>
    </message>
    <message>
        <source>Smooth</source>
        <translation>Geglättet</translation>
    </message>
    <message>
        <source>Squares (nearest)</source>
        <translation>Quadrate (nächster)</translation>
    </message>
    <message>
        <source>Window drag</source>
        <translation>Fenstern mit der Maus</translation>
    </message>
    <message>
        <source>Right wider, up brighter</source>
        <translation>Rechts weiter, hoch heller</translation>
    </message>
    <message>
        <source>Left wider, down brighter</source>
        <translation>Links weiter, runter heller</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Takes effect at the next start</source>
        <translation>Gilt ab dem nächsten Start</translation>
    </message>
    <message>
        <source> slices a second</source>
        <translation> Schichten je Sekunde</translation>
    </message>
    <message>
        <source>Cine speed</source>
        <translation>Cine-Tempo</translation>
    </message>
    <message>
        <source>&amp;Language (at the next start)</source>
        <translation>S&amp;prache (ab nächstem Start)</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Farbschema</translation>
    </message>
    <message>
        <source>Pi&amp;xels</source>
        <translation>Pi&amp;xel</translation>
    </message>
    <message>
        <source>&amp;Window drag</source>
        <translation>Fe&amp;nstern</translation>
    </message>
    <message>
        <source>On the image from the start</source>
        <translation>Von Anfang an im Bild</translation>
    </message>
    <message>
        <source>While you read, the tool bar and the keys show and hide them for the moment.</source>
        <translation>Beim Befunden blenden Werkzeugleiste und Tasten sie vorübergehend ein und aus.</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>Weite</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Zentrum</translation>
    </message>
    <message>
        <source>Save window as</source>
        <translation>Fenster speichern als</translation>
    </message>
    <message>
        <source>Bone</source>
        <translation>Knochen</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Replaces your window “{name}”.</source>
        <translation>Ersetzt Ihr Fenster „{name}“.</translation>
    </message>
    <message>
        <source>Your windows</source>
        <translation>Eigene Fenster</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>Nach oben</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>Nach unten</translation>
    </message>
    <message>
        <source>Saved: {window}.</source>
        <translation>Gespeichert: {window}.</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>Berichte</translation>
    </message>
    <message>
        <source>&amp;Batch report…</source>
        <translation>Sa&amp;mmelbericht…</translation>
    </message>
    <message>
        <source>Judge models on a folder of patients and write tables, a page and pictures</source>
        <translation>Modelle an einem Ordner von Patienten beurteilen und Tabellen, eine Seite und Bilder schreiben</translation>
    </message>
    <message>
        <source>Open repo&amp;rt…</source>
        <translation>Ber&amp;icht öffnen…</translation>
    </message>
    <message>
        <source>Show the results of a report as a table</source>
        <translation>Die Ergebnisse eines Berichts als Tabelle zeigen</translation>
    </message>
    <message>
        <source>Co&amp;mpare reports…</source>
        <translation>Berichte ver&amp;gleichen…</translation>
    </message>
    <message>
        <source>Show which patients got better or worse between two reports</source>
        <translation>Zeigt, welche Patienten zwischen zwei Berichten besser oder schlechter wurden</translation>
    </message>
    <message>
        <source>Change of mean IoU by patient</source>
        <translation>Änderung der mittleren IoU je Patient</translation>
    </message>
    <message>
        <source>; {slices} and {slices2} slices</source>
        <translation>; {slices} und {slices2} Schichten</translation>
    </message>
    <message>
        <source>; LEAKY: seen in training</source>
        <translation>; LEAKY: im Training gesehen</translation>
    </message>
    <message>
        <source>Choose the folder of images.</source>
        <translation>Wählen Sie den Ordner der Bilder.</translation>
    </message>
    <message>
        <source>The folder of images does not exist.</source>
        <translation>Der Ordner der Bilder existiert nicht.</translation>
    </message>
    <message>
        <source>Choose a folder for the report.</source>
        <translation>Wählen Sie einen Ordner für den Bericht.</translation>
    </message>
    <message>
        <source>Tick at least one model.</source>
        <translation>Kreuzen Sie mindestens ein Modell an.</translation>
    </message>
    <message>
        <source>Reports (report.json);;JSON (*.json)</source>
        <translation>Berichte (report.json);;JSON (*.json)</translation>
    </message>
    <message>
        <source>A report is running: its progress is at the lower edge.</source>
        <translation>Ein Bericht läuft: Der Fortschritt steht am unteren Rand.</translation>
    </message>
    <message>
        <source>Replace the report?</source>
        <translation>Bericht ersetzen?</translation>
    </message>
    <message>
        <source>There is a report in {name} already.</source>
        <translation>In {name} liegt schon ein Bericht.</translation>
    </message>
    <message>
        <source>Replace it, or choose another folder.</source>
        <translation>Ersetzen Sie ihn, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Batch report</source>
        <translation>Sammelbericht</translation>
    </message>
    <message>
        <source>Not judged: {patient_id}. {reason}</source>
        <translation>Nicht beurteilt: {patient_id}. {reason}</translation>
    </message>
    <message>
        <source>Report written: {series} series</source>
        <translation>Bericht geschrieben: {series} Serien</translation>
    </message>
    <message>
        <source>, {failed} failed</source>
        <translation>, {failed} gescheitert</translation>
    </message>
    <message>
        <source>Stopped: a PARTIAL report of {series} series was written</source>
        <translation>Angehalten: Ein TEILBERICHT über {series} Serien wurde geschrieben</translation>
    </message>
    <message>
        <source>Reading the report</source>
        <translation>Bericht wird gelesen</translation>
    </message>
    <message>
        <source>Open a report</source>
        <translation>Bericht öffnen</translation>
    </message>
    <message>
        <source>Compare: the first (earlier) report</source>
        <translation>Vergleichen: der erste (frühere) Bericht</translation>
    </message>
    <message>
        <source>Compare: the second (later) report</source>
        <translation>Vergleichen: der zweite (spätere) Bericht</translation>
    </message>
    <message>
        <source>Compare with this later report</source>
        <translation>Mit diesem späteren Bericht vergleichen</translation>
    </message>
    <message>
        <source>Reading reports</source>
        <translation>Berichte werden gelesen</translation>
    </message>
    <message>
        <source>Where are the images of this report?</source>
        <translation>Wo liegen die Bilder dieses Berichts?</translation>
    </message>
    <message>
        <source>The slice&apos;s series is not among these images.</source>
        <translation>Die Serie dieser Schicht ist nicht unter diesen Bildern.</translation>
    </message>
    <message>
        <source>Compare reports — ctbox</source>
        <translation>Berichte vergleichen — ctbox</translation>
    </message>
    <message>
        <source>Model of {name}</source>
        <translation>Modell von {name}</translation>
    </message>
    <message>
        <source>○ First</source>
        <translation>○ Erster</translation>
    </message>
    <message>
        <source>● Second</source>
        <translation>● Zweiter</translation>
    </message>
    <message>
        <source>No patient is in both reports.</source>
        <translation>Kein Patient ist in beiden Berichten.</translation>
    </message>
    <message>
        <source>{count} better, {count2} worse, {count3} the same</source>
        <translation>{count} besser, {count2} schlechter, {count3} gleich</translation>
    </message>
    <message>
        <source>Mean IoU over each patient&apos;s annotated slices, 0 to 1. Research use only.</source>
        <translation>Mittlere IoU über die annotierten Schichten je Patient, 0 bis 1. Nur für die Forschung.</translation>
    </message>
    <message>
        <source>LEAKY: {seen} of the patients were seen in training.</source>
        <translation>LEAKY: {seen} der Patienten wurden im Training gesehen.</translation>
    </message>
    <message>
        <source>{odd} patients have another number of slices in either report.</source>
        <translation>{odd} Patienten haben in den Berichten verschieden viele Schichten.</translation>
    </message>
    <message>
        <source>{alone} patients are in one report only and not shown.</source>
        <translation>{alone} Patienten stehen nur in einem Bericht und werden nicht gezeigt.</translation>
    </message>
    <message>
        <source>Every CT series with an expert&apos;s boxes is judged; patients that a model was trained on are reported apart. The report holds tables (CSV, Excel), a page to read and print, and pictures.</source>
        <translation>Jede CT-Serie mit Boxen des Experten wird beurteilt; Patienten, mit denen ein Modell trainiert wurde, stehen getrennt. Der Bericht enthält Tabellen (CSV, Excel), eine Seite zum Lesen und Drucken und Bilder.</translation>
    </message>
    <message>
        <source>DICOM folder, TCIA download or ZIP</source>
        <translation>DICOM-Ordner, TCIA-Download oder ZIP</translation>
    </message>
    <message>
        <source>Folder of the models&apos; training patients</source>
        <translation>Ordner der Trainingspatienten der Modelle</translation>
    </message>
    <message>
        <source>optional: for the copy baseline</source>
        <translation>optional: für den Kopier-Vergleich</translation>
    </message>
    <message>
        <source>Folder of the report</source>
        <translation>Ordner des Berichts</translation>
    </message>
    <message>
        <source>a new or empty folder</source>
        <translation>ein neuer oder leerer Ordner</translation>
    </message>
    <message>
        <source>Worker processes</source>
        <translation>Arbeitsprozesse</translation>
    </message>
    <message>
        <source>   of {cores} cores</source>
        <translation>   von {cores} Kernen</translation>
    </message>
    <message>
        <source>Go on with an earlier run in the same folder</source>
        <translation>Einen früheren Lauf im selben Ordner fortsetzen</translation>
    </message>
    <message>
        <source>Print a PDF as well (needs Chrome, Chromium or Edge)</source>
        <translation>Auch ein PDF drucken (braucht Chrome, Chromium oder Edge)</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>&amp;Images</source>
        <translation>&amp;Bilder</translation>
    </message>
    <message>
        <source>&amp;Annotations</source>
        <translation>&amp;Annotationen</translation>
    </message>
    <message>
        <source>&amp;Models</source>
        <translation>&amp;Modelle</translation>
    </message>
    <message>
        <source>&amp;Training set</source>
        <translation>&amp;Trainingsdaten</translation>
    </message>
    <message>
        <source>&amp;Report folder</source>
        <translation>Be&amp;richtsordner</translation>
    </message>
    <message>
        <source>&amp;Workers</source>
        <translation>&amp;Prozesse</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Choose: {title}</source>
        <translation>Wählen: {title}</translation>
    </message>
    <message>
        <source>Patient</source>
        <translation>Patient</translation>
    </message>
    <message>
        <source>The patient&apos;s ID</source>
        <translation>Die ID des Patienten</translation>
    </message>
    <message>
        <source>A, B, E or G</source>
        <translation>A, B, E oder G</translation>
    </message>
    <message>
        <source>IoU of the surest box; 0 for a miss</source>
        <translation>IoU der sichersten Box; 0 bei Verpassen</translation>
    </message>
    <message>
        <source>Score of the surest box</source>
        <translation>Score der sichersten Box</translation>
    </message>
    <message>
        <source>Size mm</source>
        <translation>Größe mm</translation>
    </message>
    <message>
        <source>Longest side of the expert&apos;s largest box</source>
        <translation>Längste Seite der größten Box des Experten</translation>
    </message>
    <message>
        <source>Number of the expert&apos;s boxes</source>
        <translation>Anzahl der Boxen des Experten</translation>
    </message>
    <message>
        <source>Number of predicted boxes</source>
        <translation>Anzahl der KI-Boxen</translation>
    </message>
    <message>
        <source>False</source>
        <translation>Falsch</translation>
    </message>
    <message>
        <source>Predicted boxes that hit nothing</source>
        <translation>KI-Boxen, die nichts treffen</translation>
    </message>
    <message>
        <source>Missed</source>
        <translation>Verpasst</translation>
    </message>
    <message>
        <source>Expert&apos;s boxes that nothing hit</source>
        <translation>Boxen des Experten, die nichts traf</translation>
    </message>
    <message>
        <source>annotated, negative or ignored</source>
        <translation>annotiert, negativ oder ignoriert</translation>
    </message>
    <message>
        <source>Seen</source>
        <translation>Gesehen</translation>
    </message>
    <message>
        <source>Whether the model was trained on him</source>
        <translation>Ob das Modell mit ihm trainiert wurde</translation>
    </message>
    <message>
        <source>Nominal thickness, mm</source>
        <translation>Nominale Dicke, mm</translation>
    </message>
    <message>
        <source>Manufacturer</source>
        <translation>Hersteller</translation>
    </message>
    <message>
        <source>Convolution kernel</source>
        <translation>Faltungskernel</translation>
    </message>
    <message>
        <source>Whose result</source>
        <translation>Wessen Ergebnis</translation>
    </message>
    <message>
        <source>Slice UID</source>
        <translation>Schicht-UID</translation>
    </message>
    <message>
        <source>SOP Instance UID</source>
        <translation>SOP Instance UID</translation>
    </message>
    <message>
        <source>every patient here</source>
        <translation>jedem Patienten hier</translation>
    </message>
    <message>
        <source>{seen} of these patients</source>
        <translation>{seen} dieser Patienten</translation>
    </message>
    <message>
        <source>{label} was trained on {whom}</source>
        <translation>{label} wurde trainiert mit {whom}</translation>
    </message>
    <message>
        <source>LEAKY: </source>
        <translation>LEAKY: </translation>
    </message>
    <message>
        <source>. Such figures prove nothing.</source>
        <translation>. Solche Zahlen beweisen nichts.</translation>
    </message>
    <message>
        <source>{patient_id}, slice {sop_instance_uid}</source>
        <translation>{patient_id}, Schicht {sop_instance_uid}</translation>
    </message>
    <message>
        <source>Annotated slices</source>
        <translation>Annotierte Schichten</translation>
    </message>
    <message>
        <source>Negative slices</source>
        <translation>Negative Schichten</translation>
    </message>
    <message>
        <source>Ignored slices</source>
        <translation>Ignorierte Schichten</translation>
    </message>
    <message>
        <source>All slices</source>
        <translation>Alle Schichten</translation>
    </message>
    <message>
        <source>Report {name} — ctbox</source>
        <translation>Bericht {name} — ctbox</translation>
    </message>
    <message>
        <source>Filter: patient, subtype, vendor, kernel, UID…</source>
        <translation>Filter: Patient, Subtyp, Hersteller, Kernel, UID…</translation>
    </message>
    <message>
        <source>Filter results</source>
        <translation>Ergebnisse filtern</translation>
    </message>
    <message>
        <source>Which slices</source>
        <translation>Welche Schichten</translation>
    </message>
    <message>
        <source>Show slice</source>
        <translation>Schicht zeigen</translation>
    </message>
    <message>
        <source>Open page</source>
        <translation>Seite öffnen</translation>
    </message>
    <message>
        <source>Compare with…</source>
        <translation>Vergleichen mit…</translation>
    </message>
    <message>
        <source>All models</source>
        <translation>Alle Modelle</translation>
    </message>
    <message>
        <source>Results by slice</source>
        <translation>Ergebnisse je Schicht</translation>
    </message>
    <message numerus="yes">
        <source>%n series</source>
        <translation>
            <numerusform>%n Serie</numerusform>
            <numerusform>%n Serien</numerusform>
        </translation>
    </message>
    <message>
        <source>PARTIAL: the run was stopped before all series were judged.</source>
        <translation>TEILBERICHT: Der Lauf wurde angehalten, bevor alle Serien beurteilt waren.</translation>
    </message>
    <message>
        <source>{failed} series could not be judged; report.html lists them.</source>
        <translation>{failed} Serien konnten nicht beurteilt werden; report.html führt sie auf.</translation>
    </message>
    <message>
        <source>{shown:,} of {count:,} slices</source>
        <translation>{shown:,} von {count:,} Schichten</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Durchsicht</translation>
    </message>
    <message>
        <source>&amp;Start review…</source>
        <translation>Durchsicht &amp;beginnen…</translation>
    </message>
    <message>
        <source>Go through annotated or predicted series one after the other, the doubtful ones first</source>
        <translation>Annotierte oder ausgewertete Serien nacheinander durchgehen, die zweifelhaften zuerst</translation>
    </message>
    <message>
        <source>&amp;Accept series</source>
        <translation>Serie &amp;annehmen</translation>
    </message>
    <message>
        <source>The boxes are right as they are; the next series opens</source>
        <translation>Die Boxen sind richtig, wie sie sind; die nächste Serie öffnet sich</translation>
    </message>
    <message>
        <source>&amp;Fix series</source>
        <translation>Serie &amp;korrigieren</translation>
    </message>
    <message>
        <source>Draw and change boxes on this series; again when it is done</source>
        <translation>Boxen dieser Serie zeichnen und ändern; nochmals, wenn es fertig ist</translation>
    </message>
    <message>
        <source>Fix</source>
        <translation>Korrigieren</translation>
    </message>
    <message>
        <source>&amp;Reject series</source>
        <translation>Serie ab&amp;lehnen</translation>
    </message>
    <message>
        <source>The boxes are wrong, or the series is of no use; the next series opens</source>
        <translation>Die Boxen sind falsch, oder die Serie taugt nichts; die nächste Serie öffnet sich</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>Ablehnen</translation>
    </message>
    <message>
        <source>&amp;Note…</source>
        <translation>&amp;Notiz…</translation>
    </message>
    <message>
        <source>Write a remark on this series</source>
        <translation>Eine Bemerkung zu dieser Serie schreiben</translation>
    </message>
    <message>
        <source>&amp;Take back last decision</source>
        <translation>Letzte Entscheidung &amp;zurücknehmen</translation>
    </message>
    <message>
        <source>Undo the last decision and show its series again</source>
        <translation>Die letzte Entscheidung zurücknehmen und ihre Serie wieder zeigen</translation>
    </message>
    <message>
        <source>Ne&amp;xt series</source>
        <translation>Nä&amp;chste Serie</translation>
    </message>
    <message>
        <source>&amp;Previous series</source>
        <translation>&amp;Vorige Serie</translation>
    </message>
    <message>
        <source>Re&amp;veal AI</source>
        <translation>KI auf&amp;decken</translation>
    </message>
    <message>
        <source>Keep your reading as it is, then show what the AI found</source>
        <translation>Ihre Befundung festhalten, dann zeigen, was die KI fand</translation>
    </message>
    <message>
        <source>&amp;Blind mode</source>
        <translation>Blind&amp;modus</translation>
    </message>
    <message>
        <source>Hide the AI on each series until you have read it</source>
        <translation>Die KI in jeder Serie verbergen, bis Sie sie befundet haben</translation>
    </message>
    <message>
        <source>Export readin&amp;gs…</source>
        <translation>Befundungen e&amp;xportieren…</translation>
    </message>
    <message>
        <source>Write all readings of this review as a CSV file</source>
        <translation>Alle Befundungen dieser Durchsicht als CSV-Datei schreiben</translation>
    </message>
    <message>
        <source>&amp;End review</source>
        <translation>Durchsicht b&amp;eenden</translation>
    </message>
    <message>
        <source>Close this review; its readings stay on the disk</source>
        <translation>Diese Durchsicht schließen; ihre Befundungen bleiben gespeichert</translation>
    </message>
    <message>
        <source>The AI is hidden: read the series first, then reveal it.</source>
        <translation>Die KI ist verborgen: Lesen Sie erst die Serie, dann decken Sie sie auf.</translation>
    </message>
    <message>
        <source>Done &amp;fixing</source>
        <translation>Korrektur &amp;fertig</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>A review was left at {describe_progress}.</source>
        <translation>Eine Durchsicht steht bei {describe_progress}.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>This is the last series.</source>
        <translation>Dies ist die letzte Serie.</translation>
    </message>
    <message>
        <source>The first one.</source>
        <translation>Die erste.</translation>
    </message>
    <message>
        <source> That was the last one: Review ▸ Export readings writes them all.</source>
        <translation> Das war die letzte: Durchsicht ▸ Befundungen exportieren schreibt alle.</translation>
    </message>
    <message>
        <source>, {enter} takes the AI&apos;s box over</source>
        <translation>, {enter} übernimmt die Box der KI</translation>
    </message>
    <message>
        <source> {again} when it is done.</source>
        <translation> {again}, wenn es fertig ist.</translation>
    </message>
    <message>
        <source> Press Done then.</source>
        <translation> Drücken Sie dann Fertig.</translation>
    </message>
    <message>
        <source>Draw and change boxes{takes}.{done}</source>
        <translation>Zeichnen und ändern Sie Boxen{takes}.{done}</translation>
    </message>
    <message>
        <source>Taken back: {description} is open again.</source>
        <translation>Zurückgenommen: {description} ist wieder offen.</translation>
    </message>
    <message>
        <source>Export readings</source>
        <translation>Befundungen exportieren</translation>
    </message>
    <message numerus="yes">
        <source>%n reading(s) written to {name}.</source>
        <translation>
            <numerusform>%n Befundung in {name} geschrieben.</numerusform>
            <numerusform>%n Befundungen in {name} geschrieben.</numerusform>
        </translation>
    </message>
    <message>
        <source>Worst IoU with the expert first</source>
        <translation>Schlechteste IoU mit dem Experten zuerst</translation>
    </message>
    <message>
        <source>Highest score first</source>
        <translation>Höchster Score zuerst</translation>
    </message>
    <message>
        <source>Least certain first</source>
        <translation>Unsicherste zuerst</translation>
    </message>
    <message>
        <source>Every series with an expert&apos;s boxes or a prediction is shown, one after the other. Each decision is on the disk at once; you can stop at any time and go on later.</source>
        <translation>Jede Serie mit Boxen des Experten oder einer Auswertung wird gezeigt, eine nach der anderen. Jede Entscheidung ist sofort gespeichert; Sie können jederzeit anhalten und später fortsetzen.</translation>
    </message>
    <message>
        <source>Open a case to review its series.</source>
        <translation>Öffnen Sie einen Fall, um seine Serien durchzusehen.</translation>
    </message>
    <message>
        <source>Start review</source>
        <translation>Durchsicht beginnen</translation>
    </message>
    <message>
        <source>The open case: {in_case}</source>
        <translation>Der offene Fall: {in_case}</translation>
    </message>
    <message>
        <source>The catalogue, as it is filtered now: {in_catalogue}</source>
        <translation>Der Katalog, wie er jetzt gefiltert ist: {in_catalogue}</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>Reihenfolge</translation>
    </message>
    <message>
        <source>&amp;Predict series that were not predicted yet</source>
        <translation>Noch nicht ausgewertete Serien &amp;auswerten</translation>
    </message>
    <message>
        <source>In the background, before the review begins; series without an expert&apos;s boxes come in too. What was predicted is kept.</source>
        <translation>Im Hintergrund, bevor die Durchsicht beginnt; auch Serien ohne Boxen des Experten kommen dazu. Ergebnisse bleiben erhalten.</translation>
    </message>
    <message>
        <source>&amp;Blind: hide the AI until I have read the series</source>
        <translation>&amp;Blind: KI verbergen, bis ich die Serie befundet habe</translation>
    </message>
    <message>
        <source>Boxes, lesion list, marks, attention and IoU are hidden. R reveals them; what you drew before and after is kept, with the times.</source>
        <translation>Boxen, Läsionsliste, Marken, Aufmerksamkeit und IoU sind verborgen. R deckt sie auf; was Sie davor und danach zeichnen, bleibt mit den Zeiten erhalten.</translation>
    </message>
    <message>
        <source>Hide the &amp;expert&apos;s boxes as well</source>
        <translation>Auch die Boxen des &amp;Experten verbergen</translation>
    </message>
    <message>
        <source>Their marks beside the image and the counts in the list of series too: you read without knowing what is there.</source>
        <translation>Auch ihre Marken neben dem Bild und die Zahlen in der Serienliste: Sie befunden, ohne zu wissen, was da ist.</translation>
    </message>
    <message>
        <source>Reader</source>
        <translation>Befunder</translation>
    </message>
    <message>
        <source>kept with every reading; may stay empty</source>
        <translation>steht bei jeder Befundung; darf leer bleiben</translation>
    </message>
    <message>
        <source>Go on with the last one ({can_resume})</source>
        <translation>Letzte fortsetzen ({can_resume})</translation>
    </message>
    <message>
        <source>&amp;Order</source>
        <translation>&amp;Reihenfolge</translation>
    </message>
    <message>
        <source>&amp;Reader</source>
        <translation>Be&amp;funder</translation>
    </message>
    <message>
        <source>{series} series</source>
        <translation>{series} Serien</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>This series is not where it was: go on with the next one, or connect its disk.</source>
        <translation>Diese Serie ist nicht mehr an ihrem Ort: Gehen Sie zur nächsten, oder schließen Sie ihren Datenträger an.</translation>
    </message>
    <message>
        <source>Progress of the review</source>
        <translation>Fortschritt der Durchsicht</translation>
    </message>
    <message>
        <source>Show this series</source>
        <translation>Diese Serie zeigen</translation>
    </message>
    <message>
        <source>Note on this series</source>
        <translation>Notiz zu dieser Serie</translation>
    </message>
    <message>
        <source>Series of the review</source>
        <translation>Serien der Durchsicht</translation>
    </message>
    <message>
        <source>No review is open</source>
        <translation>Keine Durchsicht offen</translation>
    </message>
    <message>
        <source>The AI and the expert are hidden: read and draw, then reveal.</source>
        <translation>KI und Experte sind verborgen: befunden, zeichnen, dann aufdecken.</translation>
    </message>
    <message>
        <source>The AI is hidden: read and draw, then reveal.</source>
        <translation>Die KI ist verborgen: befunden, zeichnen, dann aufdecken.</translation>
    </message>
    <message>
        <source> {key} hides the expert as well.</source>
        <translation> {key} verbirgt auch den Experten.</translation>
    </message>
    <message>
        <source>surest {score:.2f}</source>
        <translation>sicherste {score:.2f}</translation>
    </message>
    <message>
        <source>not predicted when the review began</source>
        <translation>bei Beginn der Durchsicht nicht vorhergesagt</translation>
    </message>
    <message>
        <source>{annotated} annotated slices</source>
        <translation>{annotated} annotierte Schichten</translation>
    </message>
    <message>
        <source>not annotated</source>
        <translation>nicht annotiert</translation>
    </message>
    <message>
        <source>not decided</source>
        <translation>nicht entschieden</translation>
    </message>
    <message>
        <source>There is nothing to review: none of these series is annotated or predicted.</source>
        <translation>Es gibt nichts durchzusehen: Keine dieser Serien ist annotiert oder ausgewertet.</translation>
    </message>
    <message>
        <source>No IoU is known: no series is both annotated and predicted. They come as they lie.</source>
        <translation>Keine IoU bekannt: Keine Serie ist annotiert und ausgewertet. Sie kommen, wie sie liegen.</translation>
    </message>
    <message>
        <source>A review is being prepared: its progress is at the lower edge.</source>
        <translation>Eine Durchsicht wird vorbereitet: Der Fortschritt steht am unteren Rand.</translation>
    </message>
    <message>
        <source>Preparing the review</source>
        <translation>Durchsicht wird vorbereitet</translation>
    </message>
    <message>
        <source>{count} series could not be read. {failed}</source>
        <translation>{count} Serien konnten nicht gelesen werden. {failed}</translation>
    </message>
    <message>
        <source>Sample case</source>
        <translation>Beispielfall</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>angenommen</translation>
    </message>
    <message>
        <source>fixed</source>
        <translation>korrigiert</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>abgelehnt</translation>
    </message>
    <message>
        <source>Opening {name}</source>
        <translation>{name} wird geöffnet</translation>
    </message>
    <message>
        <source>One at a time: the first one is opened. Put files in one folder.</source>
        <translation>Nur eines zur Zeit: Das erste wird geöffnet. Legen Sie Dateien in einen Ordner.</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt</translation>
    </message>
    <message>
        <source>Open a chest CT and see the expert&apos;s box, the predicted box, their IoU and the tumour&apos;s outline side by side.</source>
        <translation>Öffnen Sie ein Thorax-CT und sehen Sie die Box des Experten, die der KI, deren IoU und den Umriss des Tumors nebeneinander.</translation>
    </message>
    <message>
        <source>Drop a DICOM folder, a file or a ZIP here</source>
        <translation>DICOM-Ordner, Datei oder ZIP hier ablegen</translation>
    </message>
    <message>
        <source>TCIA downloads open as they lie; annotations (VOC XML) beside the images are found.</source>
        <translation>TCIA-Downloads öffnen sich, wie sie sind; Annotationen (VOC-XML) neben den Bildern werden gefunden.</translation>
    </message>
    <message>
        <source>Pixel under the pointer</source>
        <translation>Pixel unter dem Zeiger</translation>
    </message>
    <message>
        <source>Value under the pointer</source>
        <translation>Wert unter dem Zeiger</translation>
    </message>
    <message>
        <source>Position in the patient</source>
        <translation>Lage im Patienten</translation>
    </message>
    <message>
        <source>Box being edited</source>
        <translation>Box in Bearbeitung</translation>
    </message>
    <message>
        <source>Display window</source>
        <translation>Anzeigefenster</translation>
    </message>
    <message>
        <source>Cancel: {handle}</source>
        <translation>Abbrechen: {handle}</translation>
    </message>
    <message>
        <source>Cancel {handle}</source>
        <translation>{handle} abbrechen</translation>
    </message>
    <message>
        <source>{handle}: stopping…</source>
        <translation>{handle}: hält an…</translation>
    </message>
    <message>
        <source>Running tasks</source>
        <translation>Laufende Aufgaben</translation>
    </message>
    <message>
        <source>+{count} more</source>
        <translation>+{count} weitere</translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation>noch {seconds} s</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>noch {minutes} min</translation>
    </message>
    <message>
        <source>{hours} h {minutes:02d} min left</source>
        <translation>noch {hours} h {minutes:02d} min</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Ausblenden</translation>
    </message>
    <message>
        <source>Adopt</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>The model in use changes only by your word, and one click brings it back.</source>
        <translation>Das verwendete Modell wechselt nur auf Ihr Wort, und ein Klick bringt es zurück.</translation>
    </message>
    <message>
        <source>Adopt and use it</source>
        <translation>Übernehmen und verwenden</translation>
    </message>
    <message>
        <source>Adopt, but don&apos;t use it yet</source>
        <translation>Übernehmen, aber noch nicht verwenden</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Roll back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Discarded. The model in use was not touched.</source>
        <translation>Verworfen. Das verwendete Modell blieb unberührt.</translation>
    </message>
    <message>
        <source>The run lies in {place} until you delete it there.</source>
        <translation>Der Lauf liegt in {place}, bis Sie ihn dort löschen.</translation>
    </message>
    <message>
        <source>{name} is in use again.</source>
        <translation>{name} ist wieder in Gebrauch.</translation>
    </message>
    <message>
        <source>Roll back to {previous_name}</source>
        <translation>Zurück zu {previous_name}</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>There is nothing to adopt.</source>
        <translation>Es gibt nichts zu übernehmen.</translation>
    </message>
    <message>
        <source>{name} predicts from now on.</source>
        <translation>{name} wertet ab jetzt aus.</translation>
    </message>
    <message>
        <source>Detections of the earlier model are cleared: predict again.</source>
        <translation>Detektionen des früheren Modells sind gelöscht: Werten Sie neu aus.</translation>
    </message>
    <message>
        <source>{name} is in the store; {name_active} predicts.</source>
        <translation>{name} liegt im Speicher; {name_active} wertet aus.</translation>
    </message>
    <message>
        <source>Adopt it all the same? Press once more.</source>
        <translation>Trotzdem übernehmen? Drücken Sie noch einmal.</translation>
    </message>
    <message>
        <source>Adopt and use it all the same</source>
        <translation>Trotzdem übernehmen und verwenden</translation>
    </message>
    <message>
        <source>Start from</source>
        <translation>Ausgang</translation>
    </message>
    <message>
        <source>The new model begins as a copy of this one, which stays as it is.</source>
        <translation>Das neue Modell beginnt als Kopie von diesem, das bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>Models to start from</source>
        <translation>Modelle als Ausgangspunkt</translation>
    </message>
    <message>
        <source>Name of the new model</source>
        <translation>Name des neuen Modells</translation>
    </message>
    <message>
        <source>  · in use</source>
        <translation>  · in Gebrauch</translation>
    </message>
    <message>
        <source>Model card</source>
        <translation>Modellkarte</translation>
    </message>
    <message>
        <source>shipped with ctbox</source>
        <translation>mit ctbox geliefert</translation>
    </message>
    <message>
        <source>your own</source>
        <translation>eigenes</translation>
    </message>
    <message>
        <source>**in use**</source>
        <translation>**in Gebrauch**</translation>
    </message>
    <message>
        <source>{architecture}, {parameters:,} parameters; {state}</source>
        <translation>{architecture}, {parameters:,} Parameter; {state}</translation>
    </message>
    <message>
        <source>**Can&apos;t be used:** {problem}</source>
        <translation>**Nicht verwendbar:** {problem}</translation>
    </message>
    <message>
        <source>**Fine-tuned from** {name}</source>
        <translation>**Nachtrainiert aus** {name}</translation>
    </message>
    <message>
        <source>phantoms only</source>
        <translation>nur Phantome</translation>
    </message>
    <message>
        <source>**Learnt from** {taught}</source>
        <translation>**Gelernt aus** {taught}</translation>
    </message>
    <message>
        <source>**Epoch chosen by** {validation_patient_ids}</source>
        <translation>**Epoche gewählt nach** {validation_patient_ids}</translation>
    </message>
    <message>
        <source>**Trained** {date} with ctbox {software_version}</source>
        <translation>**Trainiert** {date} mit ctbox {software_version}</translation>
    </message>
    <message>
        <source>#### Figures</source>
        <translation>#### Zahlen</translation>
    </message>
    <message>
        <source>#### Limits</source>
        <translation>#### Grenzen</translation>
    </message>
    <message>
        <source>see the full card</source>
        <translation>siehe die ganze Karte</translation>
    </message>
    <message>
        <source> (before {before:.3f})</source>
        <translation> (vorher {before:.3f})</translation>
    </message>
    <message>
        <source>{name} looks at the series</source>
        <translation>{name} sieht die Serie an</translation>
    </message>
    <message>
        <source>Compare on the open series</source>
        <translation>An der offenen Serie vergleichen</translation>
    </message>
    <message>
        <source>Show its boxes</source>
        <translation>Boxen zeigen</translation>
    </message>
    <message>
        <source>Model {row} of the comparison</source>
        <translation>Modell {row} des Vergleichs</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>with</source>
        <translation>mit</translation>
    </message>
    <message>
        <source>Open a series first.</source>
        <translation>Öffnen Sie zuerst eine Serie.</translation>
    </message>
    <message>
        <source>Choose two models.</source>
        <translation>Wählen Sie zwei Modelle.</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Wird angesehen…</translation>
    </message>
    <message numerus="yes">
        <source>%n lesion(s)</source>
        <translation>
            <numerusform>%n Läsion</numerusform>
            <numerusform>%n Läsionen</numerusform>
        </translation>
    </message>
    <message>
        <source>{lesions}, {boxes} boxes</source>
        <translation>{lesions}, {boxes} Boxen</translation>
    </message>
    <message numerus="yes">
        <source>, IoU {mean_iou:.3f} on %n boxed slice(s)</source>
        <translation>
            <numerusform>, IoU {mean_iou:.3f} auf %n Schicht mit Box</numerusform>
            <numerusform>, IoU {mean_iou:.3f} auf %n Schichten mit Box</numerusform>
        </translation>
    </message>
    <message>
        <source>, last {last:.3f}</source>
        <translation>, zuletzt {last:.3f}</translation>
    </message>
    <message>
        <source>, nothing yet</source>
        <translation>, noch nichts</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>Noch nichts</translation>
    </message>
    <message>
        <source>Images with the experts&apos; boxes of this subtype.</source>
        <translation>Bilder mit den Boxen der Experten zu diesem Subtyp.</translation>
    </message>
    <message>
        <source>A DICOM folder, a TCIA download or a ZIP</source>
        <translation>Ein DICOM-Ordner, ein TCIA-Download oder ein ZIP</translation>
    </message>
    <message>
        <source>Folder of the images</source>
        <translation>Ordner der Bilder</translation>
    </message>
    <message>
        <source>Choose folder…</source>
        <translation>Ordner wählen…</translation>
    </message>
    <message>
        <source>Use the open case</source>
        <translation>Offenen Fall nehmen</translation>
    </message>
    <message>
        <source>Use the catalogue</source>
        <translation>Katalog nehmen</translation>
    </message>
    <message>
        <source>Every annotated series that was added to it</source>
        <translation>Jede annotierte Serie, die aufgenommen wurde</translation>
    </message>
    <message>
        <source>Found beside the images</source>
        <translation>Wird neben den Bildern gefunden</translation>
    </message>
    <message>
        <source>Folder of the annotations</source>
        <translation>Ordner der Annotationen</translation>
    </message>
    <message>
        <source>Annotations…</source>
        <translation>Annotationen…</translation>
    </message>
    <message>
        <source>The images are being looked at.</source>
        <translation>Die Bilder werden angesehen.</translation>
    </message>
    <message>
        <source>Choose where the images are.</source>
        <translation>Wählen Sie, wo die Bilder liegen.</translation>
    </message>
    <message>
        <source>Tick at least one series.</source>
        <translation>Kreuzen Sie mindestens eine Serie an.</translation>
    </message>
    <message>
        <source>Images of this subtype</source>
        <translation>Bilder dieses Subtyps</translation>
    </message>
    <message numerus="yes">
        <source>{name} · %n box(es)</source>
        <translation>
            <numerusform>{name} · %n Box</numerusform>
            <numerusform>{name} · %n Boxen</numerusform>
        </translation>
    </message>
    <message>
        <source>Of {count} series the first {most_tiles} are shown; all are used that are not ticked off.</source>
        <translation>Von {count} Serien werden die ersten {most_tiles} gezeigt; verwendet werden alle, die nicht abgewählt sind.</translation>
    </message>
    <message>
        <source>The catalogue&apos;s annotated series</source>
        <translation>Die annotierten Serien des Katalogs</translation>
    </message>
    <message>
        <source>As they were added to the catalogue</source>
        <translation>Wie in den Katalog aufgenommen</translation>
    </message>
    <message numerus="yes">
        <source>%n thing(s) to know about these files</source>
        <translation>
            <numerusform>%n Hinweis zu diesen Dateien</numerusform>
            <numerusform>%n Hinweise zu diesen Dateien</numerusform>
        </translation>
    </message>
    <message>
        <source>In use</source>
        <translation>In Gebrauch</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Trained</source>
        <translation>Trainiert</translation>
    </message>
    <message>
        <source>Use this one</source>
        <translation>Dieses verwenden</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Importieren…</translation>
    </message>
    <message>
        <source>Undo delete</source>
        <translation>Löschen rückgängig</translation>
    </message>
    <message>
        <source>shipped</source>
        <translation>mitgeliefert</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>beschädigt</translation>
    </message>
    <message>
        <source>Roll back to {previous}</source>
        <translation>Zurück zu {previous}</translation>
    </message>
    <message>
        <source>Export {name}</source>
        <translation>{name} exportieren</translation>
    </message>
    <message>
        <source>{name} is written to {target}.</source>
        <translation>{name} ist nach {target} geschrieben.</translation>
    </message>
    <message>
        <source>Import a model</source>
        <translation>Modell importieren</translation>
    </message>
    <message>
        <source>{deleted} is in the bin.</source>
        <translation>{deleted} liegt im Papierkorb.</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>Plan</translation>
    </message>
    <message>
        <source>Chosen by the number of boxes. Measure it once, then start.</source>
        <translation>Nach der Zahl der Boxen gewählt. Messen Sie einmal, dann starten Sie.</translation>
    </message>
    <message>
        <source>Measure on this computer</source>
        <translation>Auf diesem Rechner messen</translation>
    </message>
    <message>
        <source>Not measured yet.</source>
        <translation>Noch nicht gemessen.</translation>
    </message>
    <message>
        <source>Advanced settings</source>
        <translation>Erweiterte Einstellungen</translation>
    </message>
    <message>
        <source>A quarter of what is looked at are old images or phantoms of the old subtypes, so that these are not forgotten. It stops by itself once the patients who end it gain nothing more.</source>
        <translation>Ein Viertel des Gesehenen sind alte Bilder oder Phantome der alten Subtypen, damit diese nicht vergessen werden. Es endet von selbst, sobald die Validierungspatienten nichts mehr gewinnen.</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Rounds of 15 steps end with a look at the stopping patients</source>
        <translation>Runden von 15 Schritten enden mit einem Blick auf die Validierungspatienten</translation>
    </message>
    <message>
        <source>Samples a step</source>
        <translation>Beispiele je Schritt</translation>
    </message>
    <message>
        <source>Fewer take less memory</source>
        <translation>Weniger brauchen weniger Speicher</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Lernrate</translation>
    </message>
    <message>
        <source>Lower is gentler</source>
        <translation>Kleiner ist sanfter</translation>
    </message>
    <message>
        <source>Frozen stages</source>
        <translation>Eingefrorene Stufen</translation>
    </message>
    <message>
        <source>Early stages of the network that stay as they are</source>
        <translation>Frühe Stufen des Netzes, die bleiben, wie sie sind</translation>
    </message>
    <message>
        <source>Encoder&apos;s rate</source>
        <translation>Rate des Encoders</translation>
    </message>
    <message>
        <source>As a share of the learning rate</source>
        <translation>Als Anteil der Lernrate</translation>
    </message>
    <message>
        <source>Old images</source>
        <translation>Alte Bilder</translation>
    </message>
    <message>
        <source>Share of what is looked at</source>
        <translation>Anteil am Gesehenen</translation>
    </message>
    <message>
        <source>Patience</source>
        <translation>Geduld</translation>
    </message>
    <message>
        <source>Rounds without a gain that end it; 0 never does</source>
        <translation>Runden ohne Gewinn, die es beenden; 0 nie</translation>
    </message>
    <message>
        <source>Back to the preset</source>
        <translation>Zurück zur Vorgabe</translation>
    </message>
    <message>
        <source>The estimate is being measured.</source>
        <translation>Die Dauer wird gemessen.</translation>
    </message>
    <message>
        <source>There is no plan yet.</source>
        <translation>Es gibt noch keinen Plan.</translation>
    </message>
    <message>
        <source>Not measured.</source>
        <translation>Nicht gemessen.</translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) on {device}</source>
        <translation>
            <numerusform>etwa %n Minute auf {device}</numerusform>
            <numerusform>etwa %n Minuten auf {device}</numerusform>
        </translation>
    </message>
    <message>
        <source>{size:.1f} GB of memory</source>
        <translation>{size:.1f} GB Arbeitsspeicher</translation>
    </message>
    <message>
        <source>{size:.1f} GB of the graphics card&apos;s</source>
        <translation>{size:.1f} GB auf der Grafikkarte</translation>
    </message>
    <message>
        <source>It will take {sentence}.</source>
        <translation>Es dauert {sentence}.</translation>
    </message>
    <message>
        <source>Stop measuring</source>
        <translation>Messung anhalten</translation>
    </message>
    <message>
        <source>Not measured yet: a few steps tell.</source>
        <translation>Noch nicht gemessen: Ein paar Schritte genügen.</translation>
    </message>
    <message>
        <source>Mean IoU (95 %)</source>
        <translation>Mittlere IoU (95 %)</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>Vorher und nachher</translation>
    </message>
    <message>
        <source>Both models on the same images. A miss counts as IoU 0.</source>
        <translation>Beide Modelle an denselben Bildern. Verpasst zählt als IoU 0.</translation>
    </message>
    <message>
        <source>By patient (slices averaged)</source>
        <translation>Je Patient (über Schichten gemittelt)</translation>
    </message>
    <message>
        <source>There is no result yet.</source>
        <translation>Es gibt noch kein Ergebnis.</translation>
    </message>
    <message>
        <source>As the 2023 thesis counts, by slice (entire set is LEAKY):   {row}</source>
        <translation>Wie die Thesis von 2023 zählt, je Schicht (Gesamtmenge ist LEAKY):   {row}</translation>
    </message>
    <message>
        <source>    copy baseline</source>
        <translation>    Kopier-Vergleich</translation>
    </message>
    <message>
        <source>Lost most on</source>
        <translation>Am meisten verloren</translation>
    </message>
    <message>
        <source>Gained most on</source>
        <translation>Am meisten gewonnen</translation>
    </message>
    <message>
        <source>{words} (green: expert, violet: before, orange: after)</source>
        <translation>{words} (grün: Experte, violett: vorher, orange: nachher)</translation>
    </message>
    <message numerus="yes">
        <source>%n phantom(s), {slices}</source>
        <translation>
            <numerusform>%n Phantom, {slices}</numerusform>
            <numerusform>%n Phantome, {slices}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n patient(s), {slices}</source>
        <translation>
            <numerusform>%n Patient, {slices}</numerusform>
            <numerusform>%n Patienten, {slices}</numerusform>
        </translation>
    </message>
    <message>
        <source>Nobody judged: whether it is better on other patients can&apos;t be known.</source>
        <translation>Niemand urteilt: Ob es bei anderen Patienten besser ist, lässt sich nicht wissen.</translation>
    </message>
    <message>
        <source>better</source>
        <translation>besser</translation>
    </message>
    <message>
        <source>worse</source>
        <translation>schlechter</translation>
    </message>
    <message>
        <source> With {patients} judging, chance alone can do that.</source>
        <translation> Bei {patients} Urteilenden kann das allein Zufall sein.</translation>
    </message>
    <message>
        <source>as good as before</source>
        <translation>so gut wie zuvor</translation>
    </message>
    <message>
        <source>On patients it never saw the new model is {verdict}: IoU {before} → {after}.{few}</source>
        <translation>Bei nie gesehenen Patienten ist das neue Modell {verdict}: IoU {before} → {after}.{few}</translation>
    </message>
    <message>
        <source>Forgotten: on {each} of old subtypes it lost {lost:.3f} IoU, more than {forgetting_limit:g}.</source>
        <translation>Vergessen: {each} alter Subtypen: {lost:.3f} IoU verloren, mehr als {forgetting_limit:g}.</translation>
    </message>
    <message>
        <source>Fine-tuning {name}</source>
        <translation>{name} wird nachtrainiert</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>In a process of its own: close this, work on, and come back by AI ▸ Training run.</source>
        <translation>In einem eigenen Prozess: Schließen Sie dies, arbeiten Sie weiter; KI ▸ Trainingslauf holt es zurück.</translation>
    </message>
    <message>
        <source>Start training</source>
        <translation>Training starten</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Stop, keep the best</source>
        <translation>Anhalten, Bestes behalten</translation>
    </message>
    <message>
        <source>Judge the best so far</source>
        <translation>Bestes bisher beurteilen</translation>
    </message>
    <message>
        <source>Break off</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>It can go on later from its last whole round</source>
        <translation>Kann später ab der letzten ganzen Runde weitergehen</translation>
    </message>
    <message>
        <source>Progress of the training</source>
        <translation>Fortschritt des Trainings</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>IoU of the patients who end it</source>
        <translation>IoU der Validierungspatienten</translation>
    </message>
    <message>
        <source>round</source>
        <translation>Runde</translation>
    </message>
    <message>
        <source>The same slices after every round:</source>
        <translation>Dieselben Schichten nach jeder Runde:</translation>
    </message>
    <message>
        <source>The result comes when the run is over.</source>
        <translation>Das Ergebnis kommt, wenn der Lauf vorbei ist.</translation>
    </message>
    <message>
        <source>After the first round</source>
        <translation>Nach der ersten Runde</translation>
    </message>
    <message>
        <source>Show its figures</source>
        <translation>Zahlen zeigen</translation>
    </message>
    <message>
        <source>{message} {hint} What was learnt until then is kept.</source>
        <translation>{message} {hint} Was bis dahin gelernt wurde, bleibt.</translation>
    </message>
    <message>
        <source>The run broke off. What was learnt until then is kept: go on with it.</source>
        <translation>Der Lauf brach ab. Was bis dahin gelernt wurde, bleibt: Setzen Sie ihn fort.</translation>
    </message>
    <message>
        <source> for {name}</source>
        <translation> für {name}</translation>
    </message>
    <message>
        <source>A run{name} came to its end, but was neither adopted nor discarded. Its figures are made again from the images, then you can decide.</source>
        <translation>Ein Lauf{name} ist zu Ende, aber weder übernommen noch verworfen. Seine Zahlen werden aus den Bildern neu bestimmt, dann können Sie entscheiden.</translation>
    </message>
    <message>
        <source>A run{name} was cut off. It goes on from its last whole round.</source>
        <translation>Ein Lauf{name} wurde unterbrochen. Er geht ab der letzten ganzen Runde weiter.</translation>
    </message>
    <message>
        <source>Done. The next step shows whether it got better.</source>
        <translation>Fertig. Der nächste Schritt zeigt, ob es besser wurde.</translation>
    </message>
    <message>
        <source>Waiting for your decision.</source>
        <translation>Wartet auf Ihre Entscheidung.</translation>
    </message>
    <message>
        <source>Interrupted.</source>
        <translation>Unterbrochen.</translation>
    </message>
    <message>
        <source>Ready to start.</source>
        <translation>Bereit.</translation>
    </message>
    <message>
        <source>Nothing to run yet: go back.</source>
        <translation>Noch nichts zu tun: Gehen Sie zurück.</translation>
    </message>
    <message>
        <source>Starting the worker</source>
        <translation>Arbeitsprozess startet</translation>
    </message>
    <message>
        <source>{stage} of {count}</source>
        <translation>{stage} von {count}</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>Hält an</translation>
    </message>
    <message>
        <source>step {steps} of {steps2}</source>
        <translation>Schritt {steps} von {steps2}</translation>
    </message>
    <message>
        <source> · at most {seconds} of training left</source>
        <translation> · höchstens noch {seconds} Training</translation>
    </message>
    <message>
        <source>Nobody ends it early: it takes all its steps</source>
        <translation>Niemand beendet es früher: alle Schritte werden getan</translation>
    </message>
    <message>
        <source> · now {ious:.2f}</source>
        <translation> · jetzt {ious:.2f}</translation>
    </message>
    <message>
        <source>, best {best:.2f}</source>
        <translation>, beste {best:.2f}</translation>
    </message>
    <message>
        <source>before</source>
        <translation>vorher</translation>
    </message>
    <message>
        <source>round {epoch}</source>
        <translation>Runde {epoch}</translation>
    </message>
    <message>
        <source>{seconds} min</source>
        <translation>{seconds} min</translation>
    </message>
    <message>
        <source>Teaches</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <source>Ends the training</source>
        <translation>Validierung</translation>
    </message>
    <message>
        <source>Judges</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>teaches</source>
        <translation>zum Lernen</translation>
    </message>
    <message>
        <source>ends the training</source>
        <translation>zur Validierung</translation>
    </message>
    <message>
        <source>judges</source>
        <translation>zum Prüfen</translation>
    </message>
    <message>
        <source>Boxed slices</source>
        <translation>Schichten mit Box</translation>
    </message>
    <message>
        <source>Linked with</source>
        <translation>Verbunden mit</translation>
    </message>
    <message>
        <source>Seen by the model</source>
        <translation>Vom Modell gesehen</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Rolle</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>Aufteilen</translation>
    </message>
    <message>
        <source>Whole patients are kept apart: slices of one patient never stand on two sides.</source>
        <translation>Ganze Patienten bleiben zusammen: Schichten eines Patienten stehen nie auf zwei Seiten.</translation>
    </message>
    <message>
        <source>Who teaches is learnt from. Who ends the training is looked at after every round, so that it stops before it learns by heart. Who judges is shown only at the end: old and new model on the same patients, whom neither was trained on.</source>
        <translation>Von den Patienten unter „Lernen“ wird gelernt. Die unter „Validierung“ werden nach jeder Runde angesehen, damit das Training endet, bevor es auswendig lernt. Die unter „Prüfung“ kommen erst am Ende daran: altes und neues Modell an denselben Patienten, mit denen keines trainiert wurde.</translation>
    </message>
    <message>
        <source>There is nobody to split.</source>
        <translation>Es gibt niemanden aufzuteilen.</translation>
    </message>
    <message>
        <source>no</source>
        <translation>nein</translation>
    </message>
    <message>
        <source>Role of {texts}</source>
        <translation>Rolle von {texts}</translation>
    </message>
    <message numerus="yes">
        <source>Of %n independent patient(s): {counts}; {training_boxes} boxes to learn from.</source>
        <translation>
            <numerusform>Von %n unabhängigen Patienten: {counts}; {training_boxes} Boxen zum Lernen.</numerusform>
            <numerusform>Von %n unabhängigen Patienten: {counts}; {training_boxes} Boxen zum Lernen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n patient(s) of other subtypes: some are shown again, others tell what was forgotten.</source>
        <translation>
            <numerusform>%n Patient anderer Subtypen: Einige werden wieder gezeigt, andere sagen, was vergessen wurde.</numerusform>
            <numerusform>%n Patienten anderer Subtypen: Einige werden wieder gezeigt, andere sagen, was vergessen wurde.</numerusform>
        </translation>
    </message>
    <message>
        <source>, tumours about {sides:.0f} mm across</source>
        <translation>, Tumoren um {sides:.0f} mm</translation>
    </message>
    <message numerus="yes">
        <source>%n patient(s), {count} series, {used_boxes} boxes{size}</source>
        <translation>
            <numerusform>%n Patient, {count} Serien, {used_boxes} Boxen{size}</numerusform>
            <numerusform>%n Patienten, {count} Serien, {used_boxes} Boxen{size}</numerusform>
        </translation>
    </message>
    <message>
        <source>Which tumours shall the model learn to find better?</source>
        <translation>Welche Tumoren soll das Modell besser finden lernen?</translation>
    </message>
    <message>
        <source>Another one:</source>
        <translation>Ein anderer:</translation>
    </message>
    <message>
        <source>carcinoid, for example</source>
        <translation>zum Beispiel Karzinoid</translation>
    </message>
    <message>
        <source>Name of another subtype</source>
        <translation>Name eines anderen Subtyps</translation>
    </message>
    <message>
        <source>From about twenty boxes of three or more patients on, something can be learnt. The next steps show what is there, keep whole patients apart to judge by, and train on this computer; nothing leaves it. The model in use stays as it is until you adopt the new one.</source>
        <translation>Ab etwa zwanzig Boxen von drei oder mehr Patienten lässt sich etwas lernen. Die nächsten Schritte zeigen, was da ist, halten ganze Patienten zum Beurteilen zurück und trainieren auf diesem Rechner; nichts verlässt ihn. Das verwendete Modell bleibt, wie es ist, bis Sie das neue übernehmen.</translation>
    </message>
    <message>
        <source>Choose a subtype, or name another one.</source>
        <translation>Wählen Sie einen Subtyp, oder nennen Sie einen anderen.</translation>
    </message>
    <message>
        <source>Fine-tune for a subtype</source>
        <translation>Für einen Subtyp nachtrainieren</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Close, it goes on</source>
        <translation>Schließen, es läuft weiter</translation>
    </message>
    <message>
        <source>AI ▸ Training run brings it back</source>
        <translation>KI ▸ Trainingslauf holt es zurück</translation>
    </message>
    <message>
        <source>Adopt or discard this one first, then train the next.</source>
        <translation>Übernehmen oder verwerfen Sie erst dieses, dann trainieren Sie das nächste.</translation>
    </message>
    <message>
        <source>No training run yet: AI ▸ Fine-tune for a subtype.</source>
        <translation>Noch kein Trainingslauf: KI ▸ Für einen Subtyp nachtrainieren.</translation>
    </message>
    <message>
        <source>The training run is over.</source>
        <translation>Der Trainingslauf ist vorbei.</translation>
    </message>
    <message>
        <source>{default_name} predicts from now on.</source>
        <translation>{default_name} wertet ab jetzt aus.</translation>
    </message>
    <message>
        <source>model attention,</source>
        <translation>Modell-Aufmerksamkeit,</translation>
    </message>
    <message>
        <source>not a segmentation</source>
        <translation>keine Segmentierung</translation>
    </message>
    <message>
        <source>this slice alone</source>
        <translation>diese Schicht allein</translation>
    </message>
    <message>
        <source>with the whole series</source>
        <translation>mit der ganzen Serie</translation>
    </message>
    <message>
        <source>from a report, with the whole series</source>
        <translation>aus einem Bericht, mit der ganzen Serie</translation>
    </message>
    <message>
        <source>Loading slices</source>
        <translation>Schichten werden geladen</translation>
    </message>
    <message>
        <source>This slice could not be read: {error}</source>
        <translation>Diese Schicht konnte nicht gelesen werden: {error}</translation>
    </message>
    <message>
        <source>Not loaded: loading was cancelled. Choose the series again to load it.</source>
        <translation>Nicht geladen: Das Laden wurde abgebrochen. Wählen Sie die Serie erneut.</translation>
    </message>
    <message>
        <source> fps</source>
        <translation> B/s</translation>
    </message>
    <message>
        <source>Speed of cine, slices a second</source>
        <translation>Cine-Tempo, Schichten je Sekunde</translation>
    </message>
    <message>
        <source>Slices a second of cine  ([ and ])</source>
        <translation>Cine-Schichten je Sekunde  ([ und ])</translation>
    </message>
    <message>
        <source>y</source>
        <translation>J.</translation>
    </message>
    <message>
        <source>mo</source>
        <translation>Mon.</translation>
    </message>
    <message>
        <source>wk</source>
        <translation>Wo.</translation>
    </message>
    <message>
        <source>d</source>
        <translation>T.</translation>
    </message>
    <message>
        <source>all {missed} boxes</source>
        <translation>alle {missed} Boxen</translation>
    </message>
    <message>
        <source>mean of {count} boxes</source>
        <translation>Mittel von {count} Boxen</translation>
    </message>
    <message>
        <source>, {missed} missed</source>
        <translation>, {missed} verpasst</translation>
    </message>
    <message>
        <source>learnt from this patient</source>
        <translation>von diesem Patienten gelernt</translation>
    </message>
    <message>
        <source>not a volume</source>
        <translation>kein Volumen</translation>
    </message>
    <message>
        <source>not CT</source>
        <translation>kein CT</translation>
    </message>
    <message>
        <source>selected box</source>
        <translation>gewählte Box</translation>
    </message>
    <message>
        <source>no expert&apos;s box overlaps it</source>
        <translation>keine Box des Experten überlappt sie</translation>
    </message>
    <message>
        <source>selected pair</source>
        <translation>gewähltes Paar</translation>
    </message>
    <message>
        <source>IoU 0.00 (missed)</source>
        <translation>IoU 0.00 (verpasst)</translation>
    </message>
    <message>
        <source>Expert {label}</source>
        <translation>Experte {label}</translation>
    </message>
    <message>
        <source>AI {score:.2f}</source>
        <translation>KI {score:.2f}</translation>
    </message>
    <message>
        <source>Proposal {label}</source>
        <translation>Vorschlag {label}</translation>
    </message>
    <message>
        <source>Mine {label} (copy)</source>
        <translation>Eigene {label} (Kopie)</translation>
    </message>
    <message>
        <source>Mine {label}</source>
        <translation>Eigene {label}</translation>
    </message>
    <message>
        <source>thickness {slice_thickness_mm:g} mm</source>
        <translation>Dicke {slice_thickness_mm:g} mm</translation>
    </message>
    <message>
        <source>AI: {source}</source>
        <translation>KI: {source}</translation>
    </message>
    <message>
        <source>acquisition {acquisition_number}</source>
        <translation>Akquisition {acquisition_number}</translation>
    </message>
    <message>
        <source>x {x}  y {y}  slice {index}</source>
        <translation>x {x}  y {y}  Schicht {index}</translation>
    </message>
    <message>
        <source>{value} stored</source>
        <translation>{value} gespeichert</translation>
    </message>
    <message>
        <source>zoom {zoom:.1f}×</source>
        <translation>Zoom {zoom:.1f}×</translation>
    </message>
    <message>
        <source>Slices, cranial to caudal  (wheel, ↑ ↓)</source>
        <translation>Schichten, kranial nach kaudal  (Mausrad, ↑ ↓)</translation>
    </message>
    <message>
        <source>Slice {value} of {count}</source>
        <translation>Schicht {value} von {count}</translation>
    </message>
    <message>
        <source>detection</source>
        <translation>Detektion</translation>
    </message>
    <message>
        <source>your box</source>
        <translation>eigene Box</translation>
    </message>
    <message>
        <source>CT slice</source>
        <translation>CT-Schicht</translation>
    </message>
    <message>
        <source>Wheel or arrow keys scroll through the slices.</source>
        <translation>Mausrad oder Pfeiltasten blättern durch die Schichten.</translation>
    </message>
    <message>
        <source>More win&amp;dows</source>
        <translation>&amp;Weitere Fenster</translation>
    </message>
    <message>
        <source>This file</source>
        <translation>Diese Datei</translation>
    </message>
    <message>
        <source>Your own</source>
        <translation>Eigene</translation>
    </message>
    <message>
        <source>&amp;Save window as…</source>
        <translation>Fenster &amp;speichern als…</translation>
    </message>
    <message>
        <source>&amp;Manage your windows…</source>
        <translation>Eigene Fenster &amp;verwalten…</translation>
    </message>
    <message>
        <source>Boxes on one frame of many cannot be kept: VOC has a file a slice.</source>
        <translation>Boxen auf einem von vielen Frames lassen sich nicht speichern: VOC hat eine Datei je Schicht.</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>Adenocarcinoma</source>
        <translation>Adenokarzinom</translation>
    </message>
    <message>
        <source>Small cell carcinoma</source>
        <translation>Kleinzelliges Karzinom</translation>
    </message>
    <message>
        <source>Large cell carcinoma</source>
        <translation>Großzelliges Karzinom</translation>
    </message>
    <message>
        <source>Squamous cell carcinoma</source>
        <translation>Plattenepithelkarzinom</translation>
    </message>
    <message>
        <source>This looks like no chest CT (body part {body_part}, no lung found): the detector knows only the chest.</source>
        <translation>Das sieht nicht nach einem Thorax-CT aus (Körperregion {body_part}, keine Lunge gefunden): Der Detektor kennt nur den Thorax.</translation>
    </message>
    <message>
        <source>This looks like no chest CT (no lung found): the detector knows only the chest.</source>
        <translation>Das sieht nicht nach einem Thorax-CT aus (keine Lunge gefunden): Der Detektor kennt nur den Thorax.</translation>
    </message>
    <message>
        <source>Patients who share images stand on two sides: move them together.</source>
        <translation>Patienten mit gemeinsamen Bildern stehen auf zwei Seiten: Geben Sie ihnen dieselbe Rolle.</translation>
    </message>
    <message>
        <source>Nobody is left to learn from: move a patient to training.</source>
        <translation>Niemand ist übrig, von dem gelernt werden kann: Geben Sie einem Patienten die Rolle „Lernen“.</translation>
    </message>
    <message>
        <source>Nobody is left to judge by: whether the new model is better on patients it never saw can&apos;t be known.</source>
        <translation>Niemand ist übrig, an dem geprüft werden kann: Ob das neue Modell bei nie gesehenen Patienten besser ist, lässt sich nicht sagen.</translation>
    </message>
    <message>
        <source>Nobody is left to end the training early: it runs its full length, and the last weights are kept.</source>
        <translation>Niemand ist übrig, an dem sich das Training rechtzeitig abbrechen lässt: Es läuft in voller Länge, und die letzten Gewichte werden behalten.</translation>
    </message>
    <message>
        <source>With {groups} independent patients one judges: how far the result holds for others can&apos;t be known.</source>
        <translation>Bei {groups} unabhängigen Patienten wird an einem einzigen geprüft: Wie weit das Ergebnis für andere gilt, lässt sich nicht sagen.</translation>
    </message>
    <message>
        <source>Only one patient teaches: what is learnt may hold for that patient alone, and the model may get worse on others.</source>
        <translation>Gelernt wird nur von einem Patienten: Das Gelernte gilt womöglich nur für ihn, und bei anderen kann das Modell schlechter werden.</translation>
    </message>
    <message>
        <source>The model you start from has seen {patients}: its figures on them are LEAKY, the gain looks smaller than it is.</source>
        <translation>Das Ausgangsmodell hat {patients} schon gesehen: Seine Zahlen dort sind LEAKY, der Gewinn wirkt kleiner, als er ist.</translation>
    </message>
    <message>
        <source>One box is too few: from {few} on something can be learnt. The result will mostly repeat this very tumour.</source>
        <translation>Eine Box ist zu wenig: Ab {few} lässt sich etwas lernen. Das Ergebnis wird vor allem diesen einen Tumor wiederholen.</translation>
    </message>
    <message>
        <source>{boxes} boxes are too few: from {few} on something can be learnt. The result will mostly repeat these very tumours.</source>
        <translation>{boxes} Boxen sind zu wenige: Ab {few} lässt sich etwas lernen. Das Ergebnis wird vor allem eben diese Tumoren wiederholen.</translation>
    </message>
    <message>
        <source>One patient shows little of what others look like; three or more would let the run be judged.</source>
        <translation>Ein Patient zeigt wenig davon, wie es bei anderen aussieht; erst mit drei oder mehr lässt sich der Lauf prüfen.</translation>
    </message>
    <message>
        <source>Two patients show little of what others look like; three or more would let the run be judged.</source>
        <translation>Zwei Patienten zeigen wenig davon, wie es bei anderen aussieht; erst mit drei oder mehr lässt sich der Lauf prüfen.</translation>
    </message>
    <message>
        <source>{count} annotation files belong to slices that are not here.</source>
        <translation>{count} Annotationsdateien gehören zu Schichten, die hier nicht liegen.</translation>
    </message>
    <message>
        <source>{patients} share images: they stay on one side.</source>
        <translation>{patients} haben gemeinsame Bilder: Sie bleiben auf einer Seite.</translation>
    </message>
    <message>
        <source>… and {count} more.</source>
        <translation>… und {count} weitere.</translation>
    </message>
    <message>
        <source>No round was better than the start on the patients who end the training: IoU {start} before, {best} at best. The model found these already; the training did not help there.</source>
        <translation>Keine Runde war bei den Validierungspatienten besser als der Anfang: IoU {start} vorher, {best} im besten Fall. Diese Tumoren fand das Modell schon; das Training hat dort nicht geholfen.</translation>
    </message>
    <message>
        <source>The run was stopped before its first round was over, so nothing was learnt.</source>
        <translation>Der Lauf wurde vor dem Ende seiner ersten Runde angehalten, es wurde also nichts gelernt.</translation>
    </message>
    <message>
        <source>Go on with it, or start a new one.</source>
        <translation>Setzen Sie ihn fort oder starten Sie einen neuen.</translation>
    </message>
    <message>
        <source>No box is left to learn from.</source>
        <translation>Keine Box ist übrig, von der gelernt werden kann.</translation>
    </message>
    <message>
        <source>Tick a series, or move a patient to training.</source>
        <translation>Haken Sie eine Serie an oder geben Sie einem Patienten die Rolle „Lernen“.</translation>
    </message>
    <message>
        <source>The run&apos;s folder can&apos;t be written to: {error}.</source>
        <translation>In den Ordner des Laufs kann nicht geschrieben werden: {error}.</translation>
    </message>
    <message>
        <source>Free disk space, or choose another folder.</source>
        <translation>Schaffen Sie Platz auf der Platte oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Free disk space and go on with the run: its best weights are kept.</source>
        <translation>Schaffen Sie Platz auf der Platte und setzen Sie den Lauf fort: Seine besten Gewichte sind erhalten.</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is no name for a model.</source>
        <translation>„{name}“ ist kein Name für ein Modell.</translation>
    </message>
    <message>
        <source>Use up to 64 letters, digits, &apos;.&apos;, &apos;-&apos; or &apos;_&apos;, a letter or digit first.</source>
        <translation>Erlaubt sind bis zu 64 Buchstaben (ohne Umlaute), Ziffern, „.“, „-“ oder „_“, zuerst ein Buchstabe oder eine Ziffer.</translation>
    </message>
    <message>
        <source>Reading the images</source>
        <translation>Bilder werden gelesen</translation>
    </message>
    <message>
        <source>Judging the model as it is</source>
        <translation>Das bisherige Modell wird geprüft</translation>
    </message>
    <message>
        <source>Judging the new model</source>
        <translation>Das neue Modell wird geprüft</translation>
    </message>
    <message>
        <source>Looking for what was forgotten</source>
        <translation>Suche nach Vergessenem</translation>
    </message>
    <message>
        <source>Taking a few steps</source>
        <translation>Einige Schritte zur Probe</translation>
    </message>
    <message>
        <source>Looking at one series</source>
        <translation>Eine Serie wird angesehen</translation>
    </message>
    <message>
        <source>Looking at the series</source>
        <translation>Die Serien werden angesehen</translation>
    </message>
    <message>
        <source>Making phantoms of the old subtypes</source>
        <translation>Phantome der alten Subtypen werden erzeugt</translation>
    </message>
    <message>
        <source>{preset}: {steps} steps, {layers}, {replay} old images.</source>
        <translation>{preset}: {steps} Schritte, {layers}, {replay} alte Bilder.</translation>
    </message>
    <message>
        <source>Stopping patients (they chose the epoch)</source>
        <translation>Validierungspatienten (sie bestimmten die Epoche)</translation>
    </message>
    <message>
        <source>Test patients</source>
        <translation>Prüfpatienten</translation>
    </message>
    <message>
        <source>Old patients</source>
        <translation>Alte Patienten</translation>
    </message>
    <message>
        <source>All patients</source>
        <translation>Alle Patienten</translation>
    </message>
    <message>
        <source>Training patients</source>
        <translation>Lernpatienten</translation>
    </message>
    <message>
        <source>Phantoms {letter}</source>
        <translation>Phantome {letter}</translation>
    </message>
    <message>
        <source>Phantoms</source>
        <translation>Phantome</translation>
    </message>
    <message>
        <source>The pixel spacing is unknown, so the outline has no measures in mm.</source>
        <translation>Der Pixelabstand ist unbekannt, der Umriss hat daher keine Maße in mm.</translation>
    </message>
    <message>
        <source>Nothing in the box stands out from its surroundings.</source>
        <translation>Nichts in der Box hebt sich von seiner Umgebung ab.</translation>
    </message>
    <message>
        <source>No closed edge was found in the box.</source>
        <translation>In der Box wurde kein geschlossener Rand gefunden.</translation>
    </message>
    <message>
        <source>No expert&apos;s boxes: there is nothing to judge by.</source>
        <translation>Keine Boxen des Experten: Es gibt nichts, woran sich prüfen ließe.</translation>
    </message>
    <message>
        <source>There are no predictions to export.</source>
        <translation>Es gibt keine Auswertungen zu exportieren.</translation>
    </message>
    <message>
        <source>Choose a folder that you may write to, and make room on the disk.</source>
        <translation>Wählen Sie einen Ordner, in den Sie schreiben dürfen, und schaffen Sie Platz auf der Platte.</translation>
    </message>
    <message>
        <source>Choose a folder elsewhere.</source>
        <translation>Wählen Sie einen Ordner an anderer Stelle.</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>Das Modell wird geladen</translation>
    </message>
    <message>
        <source>Reading slices</source>
        <translation>Schichten werden gelesen</translation>
    </message>
    <message>
        <source>Looking for tumours</source>
        <translation>Suche nach Tumoren</translation>
    </message>
    <message>
        <source>The {name} worker could not be started{code}.</source>
        <translation>Der Arbeitsprozess „{name}“ konnte nicht gestartet werden{code}.</translation>
    </message>
    <message>
        <source>Close other programs to free memory, then try again.</source>
        <translation>Schließen Sie andere Programme, damit Speicher frei wird, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The {name} worker stopped unexpectedly{code}.</source>
        <translation>Der Arbeitsprozess „{name}“ ist unerwartet abgebrochen{code}.</translation>
    </message>
    <message>
        <source>Often the memory ran out: close other programs and try again; a fresh worker starts by itself.</source>
        <translation>Oft war der Speicher zu Ende: Schließen Sie andere Programme und versuchen Sie es noch einmal; ein neuer Prozess startet von selbst.</translation>
    </message>
    <message>
        <source>The {name} worker was shut down.</source>
        <translation>Der Arbeitsprozess „{name}“ wurde beendet.</translation>
    </message>
    <message>
        <source>Restart ctbox and try again.</source>
        <translation>Starten Sie ctbox neu und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Secondary capture or colour image: it holds no HU to predict on.</source>
        <translation>Bildschirmkopie (Secondary Capture) oder Farbbild: Es enthält keine HU, die sich auswerten ließen.</translation>
    </message>
    <message>
        <source>Modality {modality} is not CT: the detector knows only CT.</source>
        <translation>Modalität {modality} ist kein CT: Der Detektor kennt nur CT.</translation>
    </message>
    <message>
        <source>Localizer: an overview, not a volume of slices.</source>
        <translation>Topogramm: eine Übersicht, kein Schichtvolumen.</translation>
    </message>
    <message>
        <source>Not a volume: its images share one position or have none.</source>
        <translation>Kein Volumen: Die Bilder haben alle dieselbe Position oder gar keine.</translation>
    </message>
    <message>
        <source>Its slices are {plane}: the detector knows only axial ones.</source>
        <translation>Die Schichten sind {plane}: Der Detektor kennt nur axiale.</translation>
    </message>
    <message>
        <source>No rescale slope and intercept: its values are not HU.</source>
        <translation>Rescale Slope und Intercept fehlen: Die Werte sind keine HU.</translation>
    </message>
    <message>
        <source>Colour images, shown as they are: they hold neither HU nor a place in space.</source>
        <translation>Farbbilder, unverändert gezeigt: Sie haben weder HU noch einen Ort im Raum.</translation>
    </message>
    <message>
        <source>No rescale slope and intercept in {count} of {images}: values are stored values there, not HU, and no detection runs on them.</source>
        <translation>Rescale Slope und Intercept fehlen in {count} von {images}: Die Werte sind dort gespeicherte Werte, keine HU, und werden nicht ausgewertet.</translation>
    </message>
    <message>
        <source>Compressed with loss in {count} of {images}: HU are approximate there.</source>
        <translation>Verlustbehaftet komprimiert in {count} von {images}: Die HU sind dort nur ungefähr.</translation>
    </message>
    <message>
        <source>{names} missing or invalid in {images}: they are ordered by time and number, and distances between them are unknown.</source>
        <translation>{names} fehlt oder ist ungültig in {images}: Sie sind nach Zeit und Nummer geordnet, ihre Abstände sind unbekannt.</translation>
    </message>
    <message>
        <source>PixelSpacing missing or invalid in {count} of {images}: sizes in mm are unknown there.</source>
        <translation>PixelSpacing fehlt oder ist ungültig in {count} von {images}: Größen in mm sind dort unbekannt.</translation>
    </message>
    <message>
        <source>Rotated or mirrored axial images, shown as stored: the patient&apos;s {left} is on the viewer&apos;s left, {top} at the top.</source>
        <translation>Gedrehte oder gespiegelte axiale Bilder, gezeigt wie gespeichert: Im Bild liegt links, was beim Patienten {left} ist, und oben, was {top} ist.</translation>
    </message>
    <message>
        <source>Gantry tilt: slices lean {degrees}° from the direction they are stacked in, so that they are shifted against each other.</source>
        <translation>Gekippte Gantry: Die Schichten sind um {degrees}° gegen die Stapelrichtung geneigt und daher gegeneinander verschoben.</translation>
    </message>
    <message>
        <source>Oblique: planes are tilted {degrees}° from axial.</source>
        <translation>Schräg: Die Ebenen sind um {degrees}° gegen die axiale gekippt.</translation>
    </message>
    <message>
        <source>Localizer: an overview for planning, kept apart from the slices.</source>
        <translation>Topogramm: eine Übersicht zur Planung, von den Schichten getrennt.</translation>
    </message>
    <message>
        <source>Not a volume: its {count} images share one position, ordered by time.</source>
        <translation>Kein Volumen: Seine {count} Bilder haben dieselbe Position und sind nach der Zeit geordnet.</translation>
    </message>
    <message>
        <source>Reading DICOM headers</source>
        <translation>DICOM-Header werden gelesen</translation>
    </message>
    <message>
        <source>Not a DICOM file.</source>
        <translation>Keine DICOM-Datei.</translation>
    </message>
    <message>
        <source>The file is empty (0 bytes).</source>
        <translation>Die Datei ist leer (0 Byte).</translation>
    </message>
    <message>
        <source>Its header is damaged or cut off: copy or download the file again.</source>
        <translation>Der Header ist beschädigt oder abgeschnitten: Kopieren oder laden Sie die Datei neu.</translation>
    </message>
    <message>
        <source>Duplicate of {place}: same SOP Instance UID</source>
        <translation>Doppelt, wie {place}: dieselbe SOP Instance UID</translation>
    </message>
    <message>
        <source>A ZIP archive without DICOM files; files of other kinds in it: {count}.</source>
        <translation>Ein ZIP-Archiv ohne DICOM-Dateien; andere Dateien darin: {count}.</translation>
    </message>
    <message>
        <source>{path} is not a readable ZIP archive ({error}).</source>
        <translation>{path} ist kein lesbares ZIP-Archiv ({error}).</translation>
    </message>
    <message>
        <source>{path} is a ZIP archive that was cut off: its end is missing.</source>
        <translation>{path} ist ein abgeschnittenes ZIP-Archiv: Sein Ende fehlt.</translation>
    </message>
    <message>
        <source>Copy or download it again; if it opens elsewhere, unpack it and open the folder.</source>
        <translation>Kopieren oder laden Sie es neu; lässt es sich anderswo öffnen, entpacken Sie es und öffnen den Ordner.</translation>
    </message>
    <message>
        <source>Encrypted: unpack it with its password and open the folder.</source>
        <translation>Verschlüsselt: Entpacken Sie es mit seinem Passwort und öffnen Sie den Ordner.</translation>
    </message>
    <message>
        <source>{name} is damaged in its archive: {detail}.</source>
        <translation>{name} ist in seinem Archiv beschädigt: {detail}.</translation>
    </message>
    <message>
        <source>Copy or download the archive again.</source>
        <translation>Kopieren oder laden Sie das Archiv neu.</translation>
    </message>
    <message>
        <source>No pixel data: it holds no image.</source>
        <translation>Keine Pixeldaten: Die Datei enthält kein Bild.</translation>
    </message>
    <message>
        <source>Copy or download the file again, or leave it out.</source>
        <translation>Kopieren oder laden Sie die Datei neu, oder lassen Sie sie weg.</translation>
    </message>
    <message>
        <source>Choose the folder, file or ZIP archive that holds the DICOM images.</source>
        <translation>Wählen Sie den Ordner, die Datei oder das ZIP-Archiv mit den DICOM-Bildern.</translation>
    </message>
    <message>
        <source>{path} does not exist.</source>
        <translation>{path} gibt es nicht.</translation>
    </message>
    <message>
        <source>Check the path.</source>
        <translation>Prüfen Sie den Pfad.</translation>
    </message>
    <message>
        <source>No permission to read it.</source>
        <translation>Keine Leseerlaubnis.</translation>
    </message>
    <message>
        <source>No permission to read {path}.</source>
        <translation>Keine Leseerlaubnis für {path}.</translation>
    </message>
    <message>
        <source>Ask for read access, or copy it to a folder of your own.</source>
        <translation>Bitten Sie um Lesezugriff oder kopieren Sie es in einen eigenen Ordner.</translation>
    </message>
    <message>
        <source>The {kind} {path} holds no DICOM files.</source>
        <translation>{path} ({kind}) enthält keine DICOM-Dateien.</translation>
    </message>
    <message>
        <source>A ZIP archive inside another is not searched: unpack the outer one.</source>
        <translation>Ein ZIP-Archiv in einem anderen wird nicht durchsucht: Entpacken Sie das äußere.</translation>
    </message>
    <message>
        <source>There is no annotation folder or file here.</source>
        <translation>Hier gibt es weder einen Annotationsordner noch eine Annotationsdatei.</translation>
    </message>
    <message>
        <source>Check the path given for the annotations.</source>
        <translation>Prüfen Sie den Pfad der Annotationen.</translation>
    </message>
    <message>
        <source>No slice with this SOP Instance UID was opened.</source>
        <translation>Keine geöffnete Schicht hat diese SOP Instance UID.</translation>
    </message>
    <message>
        <source>This case is being edited in another window of ctbox.</source>
        <translation>Dieser Fall wird in einem anderen ctbox-Fenster bearbeitet.</translation>
    </message>
    <message>
        <source>Close it there, and open it here again to edit it.</source>
        <translation>Schließen Sie ihn dort und öffnen Sie ihn hier neu, um ihn zu bearbeiten.</translation>
    </message>
    <message>
        <source>The last edit was cut off while it was written; it is left out.</source>
        <translation>Die letzte Änderung wurde beim Schreiben abgeschnitten; sie fehlt.</translation>
    </message>
    <message>
        <source>This review is open in another window of ctbox.</source>
        <translation>Diese Durchsicht ist in einem anderen ctbox-Fenster offen.</translation>
    </message>
    <message>
        <source>Go on with it there, or close that window.</source>
        <translation>Machen Sie dort weiter oder schließen Sie jenes Fenster.</translation>
    </message>
    <message>
        <source>The reading could not be written: the disk refused it.</source>
        <translation>Die Befundung konnte nicht geschrieben werden: Die Platte nahm sie nicht an.</translation>
    </message>
    <message>
        <source>It is kept in memory and tried again with the next one: make room on the disk.</source>
        <translation>Sie bleibt im Speicher und wird mit der nächsten wieder versucht: Schaffen Sie Platz auf der Platte.</translation>
    </message>
    <message>
        <source>{count} image</source>
        <translation>{count} Bild</translation>
    </message>
    <message>
        <source>{count} images</source>
        <translation>{count} Bildern</translation>
    </message>
    <message>
        <source>coronal</source>
        <translation>koronal</translation>
    </message>
    <message>
        <source>sagittal</source>
        <translation>sagittal</translation>
    </message>
    <message>
        <source>oblique</source>
        <translation>schräg</translation>
    </message>
    <message>
        <source>right</source>
        <translation>rechts</translation>
    </message>
    <message>
        <source>left</source>
        <translation>links</translation>
    </message>
    <message>
        <source>front</source>
        <translation>vorn</translation>
    </message>
    <message>
        <source>back</source>
        <translation>hinten</translation>
    </message>
    <message>
        <source>head</source>
        <translation>kopfwärts</translation>
    </message>
    <message>
        <source>feet</source>
        <translation>fußwärts</translation>
    </message>
    <message>
        <source>folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>archive</source>
        <translation>Archiv</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>Few boxes</source>
        <translation>Wenige Boxen</translation>
    </message>
    <message>
        <source>Many boxes</source>
        <translation>Viele Boxen</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>Von Hand</translation>
    </message>
    <message>
        <source>all layers learn</source>
        <translation>alle Ebenen des Netzes lernen</translation>
    </message>
    <message>
        <source>the early layers stay as they are</source>
        <translation>die frühen Ebenen des Netzes bleiben, wie sie sind</translation>
    </message>
    <message>
        <source>all layers learn, the early ones slowly</source>
        <translation>alle Ebenen des Netzes lernen, die frühen langsam</translation>
    </message>
    <message>
        <source>The catalogue holds {patients}, {series} series, {instances} images.</source>
        <translation>Der Katalog enthält {patients}, {series} Serien, {instances} Bilder.</translation>
    </message>
    <message>
        <source>Show catalogue</source>
        <translation>Katalog zeigen</translation>
    </message>
    <message>
        <source>Not read</source>
        <translation>Nicht gelesen</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) could not be read: {names}{more}</source>
        <translation>
            <numerusform>%n Datei konnte nicht gelesen werden: {names}{more}</numerusform>
            <numerusform>%n Dateien konnten nicht gelesen werden: {names}{more}</numerusform>
        </translation>
    </message>
    <message>
        <source>Show list</source>
        <translation>Liste zeigen</translation>
    </message>
</context>
</TS>
